"""Words that tell whether "I'm ..." or "my name is ..." goes on with a name."""

from __future__ import annotations

from pathlib import Path

from bot.personal_data.rules import words_of

_FOLDER = Path(__file__).parent

# First names of people in the United Kingdom, of every origin (from the lists of Faker, MIT licence, and by hand),
# without those that are English words or words of the questions. A name that is missing is still recognised with
# capital letters and a surname, or after "my name is".
FIRST_NAMES = words_of((_FOLDER / "first_names.txt").read_text(encoding="utf-8"))

# First names that are English words too: names only where they are written with a capital letter.
CAPITALISED_NAMES = words_of((_FOLDER / "first_names_that_are_words.txt").read_text(encoding="utf-8"))

# First names that are also words, so that "its max 16 hours" names nobody.
ALSO_WORDS = words_of(
    """
    alba amber ash asha ben blessing crystal daisy dan dawn dean eve frank grace harley hazel heather holly ivy jack
    jade jay jean kay ken lee les lily mark max mo pat penny poppy precious ray rob robin rose ruby sal sue val
    """
)

# What people say about themselves or their name: "im pregnant", "I'm Universal Credit claimant", "my name is spelt
# wrong". A name ends before any of them.
NEVER_A_NAME = words_of(
    """
    hey hiya heya yo so morning afternoon evening
    a about above acas account actually adhd admin adopted adopter adoptive advance afraid african after again age
    ages albanian all allowance almost alone already also always am amazon an and annoyed anonymous anxious any
    anyone appealing appointed apr april arabic are arguing as asap asd asda asian asking asylum at atheist atos aug
    august autistic available awaiting aware away babe back baffled bailiff bailiffs bangladeshi bank barclays
    barnardo's barnardos barred be because been before being below benefit benefits bereaved better bipolar
    birmingham black blind blocked bored both bothered bound boy brazilian breathing bristol britain british bro
    broke brother buddhist bulgarian but buying by call called calling can can't cancelled cant capita carer carer's
    carers caring case catholic change changed changes child childcare childminder children chinese christian
    christmas citizen citizens claim claimant claiming class cleaner clueless coming con concern concerned confused
    considering contacting contracted copied correct could council court covered crazy credit crisis cross curious
    currently cutting cyc dad dad's dads daily daughter day days deaf debt debts dec december dependent depressed
    desparate desperate diabetic did different difficult disability disabled disappointed discount disgusted
    divorced do dob does doing don't done dont down driver driving due dutch dwp dyslexic dyspraxic early easter
    edinburgh elderly eligible email emailing employed employee employer ending engaged england english enough
    entitled epilepsy epileptic eritrean esa essex eu european even ever every everyone everything evicted exempt
    exhausted expecting father feb february fed feeling ffs filipino filling finding fine finished finishing first
    five fixed flat folks for form fortnightly foster four free freelance french fri friday frightened from
    frustrated full fully fuming fund funding furious furloughed gambian gay german get getting ghanaian girl giving
    glad glasgow going gone gonna good got gov gov.uk government government's govuk gran grand grandad grandma
    grandparent granny grateful great greek guaranteed guessing gutted guy guys had half halifax happy hard has have
    having he healthy hearing heartbroken heavily hello help her here here's hi him hindi hindu his hmo hmrc home
    homeless hoping hospital hospitalised housing how hsbc hun hungarian hungry husband i i'd i'll i'm i've idk if
    ill im immigrant imo in income indian informed injured insane interested iranian iraqi ireland irish is isn't
    isnt isolated it it's italian its ive jamaican january jewish jobcentre jobless jobseeker jobseekers joint
    journal jul july jun june just keen kent kenyan kind kurdish labour lad lady landlady landlord lass last late
    later latvian lcw lcwra leaver leaving leeds left legacy legal legally letter lgbt listed literally lithuanian
    live liverpool livid living lloyds lmao local lol london lone lonely looking losing lost love lower luv mad made
    mainly man manchester mar march marriage married mate maternity maximus may maybe me means member mencap mental
    merely migrant mine missed missing misspelled misspelt mistake mon monday money month monthly months monzo more
    moroccan morrisons most mother moving much multiple mum mum's muslim my myself name nan nanny national
    nationwide natwest nearly need needing needs neither nervous neurodivergent never new newbie next ngl nhs ni
    nigerian nine nino no nobody non normal northern not nothing notice nov november now nurse nursery obviously oct
    october of off offered officially ofgem ofsted ok okay old older omg on ona once one online only or order our
    out over overdue overpaid owed own paid pakistani pal parent parental parents parliament part paternity pay
    paying payment pending pension pensionable pensioner people per permanently person personal phone pip pip's
    pissed planning please pls polish poor poorly portuguese possibly pre pregnant presently pretty previously
    private prob probably proper put qualified quite quitting raging re ready real really receiving recently
    reference refugee regarding registered registering relief renting replying resident retired retiring ridiculous
    right ring ringing ripping roma romanian russian sainsburys salaried samaritans same sanctioned santander sat
    saturday saving scammed scared school scotland scots scottish seasonal seeking self selling semi sending sep
    separated sept september serco serious service settled seven several shared she shelter sheltered short should
    sic sick sikh sikhs simply since single sister six skint sleeping slightly slovak snp so somali some someone
    someone's something son sorry sos space spanish speaking spelled spelt split sponsor start starting starving
    statutory staying step stepdad stepmum still stopping stressed struggling stuck student studying stunned stupid
    such suffering suicidal sun sunday support supposed sure surprised suspended swansea swiss syrian taking tamil
    tax tbh teacher teaching team temporarily temporary ten tenancy tenant terrified tesco text than thank thanks
    that the their them then there therefore they thing things thinking thirteen thirty this though three through
    thu thur thurs thursday time tired to today together tomorrow tonight too tories tory total totally trainee
    trapped traveller trying tue tues tuesday turkish turning twelve twenty two typing uber uc uk ukrainian unable
    unaware under unemployed unfit unfortunately unhappy union unison universal university unlucky unpaid unsettled
    unsure until unwell up upset urgent urgently us useless using usually vegan vegetarian very veteran via victim
    vietnamese virtually visa visually vulnerable waiting wales want wanting warm was way we wed wednesday week
    weekly weeks well welsh were what what's whats wheelchair when where whether which white who who's why widow
    widowed wife will windrush winter wish with withdrawn without woman wondering work worker working workless works
    worried would writing wrong wrongly wtf x xx xxx year years yemeni yes yet you young your yous youse zero
    """
)
