"""Who may use the console: accounts with a role, a password and a second factor, or a department's own sign-in."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from bot.errors import AccountError, TooManyTriesError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.storage.account_store import AccountStore

MIN_PASSWORD = 12
MAX_PASSWORD = 256
FAILURES = 5
"""Wrong passwords or codes for one account from one address, after which sign-in waits."""
FAILURES_ELSEWHERE = 50
"""The same for one account from anywhere, and from one address for anybody: a department may share one."""
FAILURE_MINUTES = 15
CODE_SECONDS = 30
ISSUER = "Signpost"
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\Z")


class Role(str, Enum):
    """What an account may do. Each role may do all that those before it may."""

    VIEWER = "viewer"
    OFFICIAL = "official"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"

    def includes(self, other: Role) -> bool:
        """Whether this role may do what another may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True)
class Account:
    """A person who may sign in. `stamp` changes when earlier sign-ins must end."""

    id: int
    email: str
    name: str
    role: Role
    department: str
    is_active: bool
    has_second_factor: bool
    stamp: str = field(repr=False)


class Accounts:
    """Accounts, and who may sign in to them."""

    def __init__(self, store: AccountStore, hasher: PasswordHasher | None = None) -> None:
        """Keep them in a store."""
        self._store = store
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    async def add(self, email: str, name: str, role: Role, password: str = "", department: str = "") -> Account:
        """Add an account; without a password, only a department's own sign-in lets them in. Raises AccountError."""
        email, name = email.strip(), name.strip()
        if not _EMAIL.match(email):
            raise AccountError("Enter an e-mail address such as name@department.gov.uk.")
        if not 0 < len(name) <= 100:
            raise AccountError("Enter a name of up to 100 characters.")
        if await self._store.by_email(email):
            raise AccountError(f"There is an account for {email} already.")
        hashed = self._hashed(password) if password else None
        return await self._store.add(email, name, role, department.strip(), hashed, _new_stamp())

    async def has(self, email: str) -> bool:
        """Whether there is an account for an address."""
        return await self._store.by_email(email) is not None

    async def sign_out(self, account: Account) -> None:
        """End every sign-in of an account, here and elsewhere."""
        await self._store.set_stamp(account.id, _new_stamp())

    async def all(self) -> Sequence[Account]:
        """Every account, by name."""
        return await self._store.all()

    async def get(self, account_id: int) -> Account | None:
        """An account by its number."""
        return await self._store.get(account_id)

    async def signed_in(self, account_id: object, stamp: object) -> Account | None:
        """The account that a session stands for, or None where it may not be used any more."""
        if not isinstance(account_id, int):
            return None
        account = await self._store.get(account_id)
        return account if account and account.is_active and account.stamp == stamp else None

    async def check_password(self, email: str, password: str, address: str) -> Account:
        """The account that an e-mail address and a password belong to. Raises AccountError, the same for any fault."""
        attempt = await self._begin(email, address)
        account = await self._store.by_email(email.strip())
        # Hashed in any case, so that time doesn't tell whether there is an account.
        hashed = (await self._store.password_hash(account.id) if account else None) or self._nobody
        # In a thread: it takes long on purpose, and messages are answered meanwhile.
        is_right = await asyncio.to_thread(self._is_right, hashed, password)
        if is_right and account and account.is_active:
            await self._store.forgive(attempt)
            return account
        raise AccountError("The e-mail address or the password is wrong.")

    async def check_code(self, account: Account, code: str, address: str) -> None:
        """Check a second factor's code, which is good once. Raises AccountError."""
        attempt = await self._begin(account.email, address)
        secret = await self._store.totp_secret(account.id)
        step = _step_of(secret, code) if secret else None
        if step is None or not await self._store.use_code(account.id, step):
            raise AccountError("That code is wrong or has been used. Enter the newest one that your app shows.")
        await self._store.forgive(attempt)

    async def enrol(self, account: Account, secret: str, code: str) -> Account:
        """Set up a second factor, once the code shows that the app has it. Raises AccountError."""
        step = _step_of(secret, code)
        if step is None:
            raise AccountError("That code doesn't fit. Enter the newest one that your app shows.")
        await self._store.set_totp(account.id, secret, _new_stamp())
        await self._store.use_code(account.id, step)
        return await self._fresh(account.id)

    async def change_password(self, account: Account, password: str) -> Account:
        """Set a new password, which ends every earlier sign-in. Raises AccountError."""
        await self._store.set_password(account.id, self._hashed(password), _new_stamp())
        return await self._fresh(account.id)

    async def change(self, account: Account, role: Role, department: str, is_active: bool) -> Account:
        """Change what an account may do, which ends its sign-ins. Raises AccountError for the last administrator."""
        stops = account.role is Role.ADMINISTRATOR and not (role is Role.ADMINISTRATOR and is_active)
        if not await self._store.change(account.id, role, department.strip(), is_active, _new_stamp(), stops):
            raise AccountError("This is the last administrator: make somebody else one first.")
        return await self._fresh(account.id)

    async def reset_second_factor(self, account: Account) -> None:
        """Let somebody who has lost their phone set up a new second factor at their next sign-in."""
        await self._store.set_totp(account.id, None, _new_stamp())

    async def from_provider(self, subject: str, email: str, is_verified: bool) -> Account:
        """The account of somebody whom a department's provider has signed in. Raises AccountError."""
        account = await self._store.by_subject(subject)
        if account is None and is_verified and (known := await self._store.by_email(email)):
            account = await self._store.link(known.id, subject)
        if account is None or not account.is_active:
            raise AccountError("There is no account for you here. Ask an administrator to add one.")
        return account

    async def _begin(self, email: str, address: str) -> int:
        """Note an attempt, before it is known how it ends: many at once are counted like one after the other."""
        attempt = await self._store.begin_attempt(email, address, FAILURE_MINUTES, (FAILURES, FAILURES_ELSEWHERE))
        if attempt is None:
            raise TooManyTriesError(f"There were too many wrong tries. Wait {FAILURE_MINUTES} minutes and try again.")
        return attempt

    async def _fresh(self, account_id: int) -> Account:
        account = await self._store.get(account_id)
        assert account
        return account

    def _hashed(self, password: str) -> str:
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            raise AccountError(f"Choose a password of {MIN_PASSWORD} characters or more, such as four unlike words.")
        return self._hasher.hash(password)

    def _is_right(self, hashed: str, password: str) -> bool:
        try:
            return len(password) <= MAX_PASSWORD and self._hasher.verify(hashed, password)
        except (Argon2Error, InvalidHashError):
            return False


def new_secret() -> str:
    """A fresh secret for a second factor."""
    return pyotp.random_base32()


def enrolment_address(account: Account, secret: str) -> str:
    """What an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=ISSUER)


def _step_of(secret: str, code: str) -> int | None:
    """The time step that a code is right for: this one, the one before or the next; None where it is for none."""
    code, now = code.replace(" ", ""), int(time.time()) // CODE_SECONDS
    if not (code.isascii() and code.isdecimal()):
        return None
    totp = pyotp.TOTP(secret)
    steps = (now, now - 1, now + 1)
    return next((step for step in steps if secrets.compare_digest(totp.generate_otp(step), code)), None)


def _new_stamp() -> str:
    return secrets.token_hex(8)
