"""Words that tell whether "I'm ..." or "my name is ..." goes on with a name."""

from __future__ import annotations

from bot.personal_data.rules import words_of

# Common first names of people in the United Kingdom, of every origin. A name that is missing is still recognised with
# capital letters and a surname, or after "my name is".
FIRST_NAMES = words_of(
    """
    aaron abbie abby abdi abdul abdullah abigail abu ada adam adebayo adele adewale adrian agnieszka ahmed aidan
    aisha aishah alan alana alba albert alejandro aleksander alex alexander alexandra alfie ali alice alicia alina
    alisha alison alistair amanda amara amber amelia amina amir amit amy ana anders andre andrea andreea andrei
    andrew andy aneta angela angus anil anita anja anjali ann anna anne annette annie anthony anton antonia anya
    aoife archie arjun arnold arthur ash asha ashley asif asma aurelia ava ayaan ayesha aysha babs bailey balvinder
    barbara barrie barry baz beata becca becky ben benjamin bernard bernie bert beth bethan bethany betty beverley
    beverly bex bilal billy blessing bob bogdan brandon brenda brendan brian bridget bronagh bronwen bruce bryan
    caitlin callum calum cameron candice carl carla carlos carol carole caroline carolyn carys cath catherine cathy
    catrin catriona caz cerys chantelle charlene charles charlie charlotte chelsea chen cheryl chiamaka chidi
    chinedu chloe chloë chris christina christine christopher ciara cindy claire clare clive colin colleen connor
    conor corey courtney craig cristian cristina crystal daisy damian dan daniel daniela danielle danny daren
    dariusz darragh darren dave david dawn daz dean deb debbie deborah debs declan dee deepa deirdre delroy demi
    denise dennis derek devon dewi diana diane dilip dimitri dion dominic donna doris dorota dorothy doug dougie
    duncan dwayne dylan ebony eddie edna edward effie eileen eilidh elaine eleanor elena eleri elif elijah elizabeth
    ella ellen ellie elliot elodie eloise elsie emeka emily emma emmanuel eric erin errol esme esther ethan ethel
    eva eve evelyn evie ewa ewan ewelina fadumo faisal farah fatima fatou femi fergus fernando ffion finlay fiona
    florence folake fran frances francesca frank fred freda freddie freya funmi gabriel gabriela gail gareth gary
    gavin gaz gemma geoff george georgia georgina gerald geraldine gerry gethin ghulam gill gillian gina giulia glen
    glenda glenn gloria gordon grace graeme graham greg grzegorz gurdeep gurpreet gwen gwyn habib hamish hamza hana
    hannah hardeep harjit harley harpreet harriet harry harvey hasan hassan hayley hazel heather heidi helen henry
    hetty hilary hilda hina hira hodan hollie holly howard huda hugh hussein hywel iain ian ibrahim ida idris ieuan
    ifeoma ikram imran ines ingrid ioana ionut irene irina iris isaac isabel isabella isabelle isla ivan ivy iwona
    izzy jack jackie jacob jacqueline jacqui jade jake james jamie jan jane janet janice jase jasmin jasmine jason
    jasper jaswinder javed jay jayne jean jeff jemma jen jenna jennifer jenny jenson jeremy jermaine jerome jess
    jesse jessica jez jill jim jimmy jo joan joanna joanne joao jodie joe joel john johnny jon jonathan jonny jordan
    jose joseph josh joshua josé joyce juan judith judy julia julian julie jurgita justin justyna kai kamal kamil
    karen karl karolina kasia kat katarzyna kate katherine kathleen kathryn kathy katie katrina kavita kay kayleigh
    kaz keeley keiran keith kel kelly kelsey ken kenneth kenzie kerri kerry kestutis kev kevin khadija khalid kieran
    kiran kirsten kirsty klaudia kofi kris kristina krzysztof kuldeep kwaku kwame kyle kylie kyra lakshmi lara
    lauren layla leah leanne lee leigh len lena leo leon leona leroy les lesley leslie lewis lexi liam libby lily
    linda lindsay lisa liz lizzie lloyd lois lola lorna lorraine lottie lou louis louisa louise lowri luca lucia
    lucy luis lukasz luke lulu lydia lyn lynn lynne lynsey mabel maddie madison magda maggie mags mahmoud mairead
    mairi maisie malcolm malgorzata malik mandeep mandy manjit marcin marcus margaret mari maria mariam marian marie
    marilyn mark marlene marlon marnie marta martha martin martyn mary maryam mateusz matilda matt matthew maud
    maureen mavis max maxine meera megan mehmet mel melanie melissa mia michael michaela michal michelle mick miguel
    mihai mike millie milly mimi minh miriam mo mohamed mohammad mohammed mohamud moira mollie molly monica monika
    morag morgan moses muhammad murray mustafa myra nadeem nadia nadine nancy naomi nasreen nat natalia natalie
    natasha nathan nathaniel naveed nazia neha neil nell nellie nessa neville ngozi nia niamh nicholas nick nicky
    nicola nicole nigel nikita nikki nina nisha nkechi noah noel nora noreen norma norman nuala oksana olena oliver
    olivia ollie olu oluwaseun oluwatobi omar orla orlagh oscar osman owain owen pamela parminder parveen pat
    patricia patrick paul paula pauline pawel pedro peggy penny perry pete peter petra phil philip philippa phoebe
    phyllis piotr polly pooja poppy prakash precious priya priyanka rachael rachel rahul raj rajesh ralph ramesh
    rami ramona raquel rashid ravi ray raymond rebecca reece reg reggie rehana renee renée rhian rhiannon rhona rhys
    ria ricardo richard rick ricky rita rob robbie robert roberta robin rochelle roger rohan rohit roisin roland ron
    ronald ronnie rory rosa rosalind rosalyn rose rosemary rosie ross rowan roxanne roy rubina ruby rukhsana russell
    ruth ryan sabina sabrina sadia saima sajid sal sally sam samantha samina samir samira samuel sana sandeep sandra
    sanjay sara sarah sarina sasha scott sean sebastian selina serena seán shabnam shahid shane shanice shannon
    sharon shaun shaz shazad shazia sheena sheila shelley shelly shirley shreya sian sid sidney silvia simon simone
    simran sinead sinéad siobhan siân sofia sonia sophia sophie stacey stan stefan stefania stella steph stephanie
    stephen steve steven stewart stuart sue sukhdeep sunil sunita suresh susan susanna suzanne suzie suzy svitlana
    sylvia tahir tamara tamsin tania tanya tara tariq tasha ted tegan temitope teresa terry tess tessa thandi thea
    thelma theo theodore theresa thomas tia tiffany tilly tim timothy tina toby todd tom tomasz tommy toni tony
    tracey tracy trevor tricia trish tristan trudy tunde tyler tyrone umair umar una ursula uzma val valerie vanessa
    vera veronica vicky victor victoria vijay vikram vince vincent vinny viv vivian wale walter wanda wayne wei
    wendy wesley wiktoria wilfred william wilma winston xavier yasmin yasmine yetunde yolanda yusuf yvette yvonne
    zac zach zahra zainab zak zara zbigniew zena zeynep zoe zofia zoë zuzanna
    """
)

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
    a about above account actually admin advance after again ages all allowance almost already also always am an and
    any anyone april are as asap asking at august autistic available back bailiff bailiffs bank be because been
    before being below benefit benefits better birmingham bored both breathing britain british broke but by call
    called calling can can't cant carer carers case catholic changed child childcare children christian citizens
    claim claimant claiming class con confused correct could council court crazy credit currently dad day days deaf
    debt debts december desperate diabetic did different difficult disability disabled discount do dob does doing
    don't dont down due dutch dwp early eligible email employed england english enough entitled epileptic esa even
    ever every everyone everything expecting february fine first for form free french friday from full fully fund
    funding furious gay get getting going gone good got gov government grand great guaranteed had half happy hard
    has have having he healthy hello help her here hi him hindu his hmrc home homeless hoping housing how i i'd i'll
    i'm i've if ill im in income insane ireland irish is isn't isnt it it's its ive january jewish jobcentre
    jobseeker jobseekers joint july june just kind landlord last late later leeds left legacy legal letter listed
    live liverpool living local london lone looking lost lower luv made manchester march marriage married maternity
    may maybe me means member mine misspelled misspelt mistake monday money month months more most much mum muslim
    my name national need needing needs neither never new newbie next nhs ni nino no nobody normal northern not
    nothing notice november now october of off ok okay old on once one only or order our out over owed own paid
    parent parental part paternity pay paying payment pending pension pensioner per person personal phone pip please
    pls poor pregnant private probably put quite re ready real really reference regarding relief retired right ring
    ringing ripping same saturday scared school scotland scottish self separated september serious service shared
    she should sick sikh since single skint so some someone something sorry space spelled spelt start statutory step
    still stuck student stupid such sunday support sure tax team tenancy tenant text than thank thanks that the
    their them then there therefore they thing things thinking this through thursday time tired to today together
    tomorrow tonight too total trying tuesday two uc uk unable under unemployed universal unsure until up urgent us
    useless using vegan very veteran vulnerable waiting wales want warm was way we wednesday week weeks well welsh
    were what what's whats when where whether which who who's why widow widowed wife will winter wish with without
    wondering work worker working worried would wrong year years yes yet you young your
    """
)
