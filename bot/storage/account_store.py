"""Accounts of the console, and failed attempts to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.accounts import Account, Role
from bot.storage.database import Database, as_stored, now

_COLUMNS = "id, email, name, role, department, is_active, totp_secret is not null, stamp"


class AccountStore:
    """One row an account; passwords only as hashes."""

    def __init__(self, database: Database) -> None:
        """Keep them in a database."""
        self._database = database

    async def add(self, email: str, name: str, role: Role, department: str, hashed: str | None, stamp: str) -> Account:
        """Add an account."""
        row = {
            "email": email,
            "name": name,
            "role": role.value,
            "department": department,
            "password_hash": hashed,
            "stamp": stamp,
            "is_active": 1,
            "created_at": now(),
        }
        added = await self._database.run(lambda: self._database.insert("accounts", row))
        return Account(added, email, name, role, department, True, False, stamp)

    async def all(self) -> Sequence[Account]:
        """Every account, by name."""
        rows = await self._database.read(f"select {_COLUMNS} from accounts order by name collate nocase")
        return [_account(*row) for row in rows]

    async def get(self, account_id: int) -> Account | None:
        """An account by its number."""
        return await self._one("id = ?", account_id)

    async def by_email(self, email: str) -> Account | None:
        """An account by its address, whatever the case."""
        return await self._one("email = ? collate nocase", email.strip())

    async def by_subject(self, subject: str) -> Account | None:
        """An account by a provider's id of the person."""
        return await self._one("subject = ?", subject)

    async def password_hash(self, account_id: int) -> str | None:
        """The hash of an account's password, or None where it has none."""
        return await self._column("password_hash", account_id)

    async def totp_secret(self, account_id: int) -> str | None:
        """The secret of an account's second factor, or None where it has none."""
        return await self._column("totp_secret", account_id)

    async def set_password(self, account_id: int, hashed: str, stamp: str) -> None:
        """Set a password."""
        await self._set(account_id, password_hash=hashed, stamp=stamp)

    async def set_totp(self, account_id: int, secret: str | None, stamp: str) -> None:
        """Set or take away a second factor."""
        await self._set(account_id, totp_secret=secret, totp_last_used=None, stamp=stamp)

    async def set_stamp(self, account_id: int, stamp: str) -> None:
        """End earlier sign-ins."""
        await self._set(account_id, stamp=stamp)

    async def link(self, account_id: int, subject: str) -> Account | None:
        """Note a provider's id of the person, unless the account is linked already; the account where it was."""
        sql = "update accounts set subject = ? where id = ? and subject is null"
        is_new = await self._database.run(lambda: self._database.execute(sql, subject, account_id).rowcount > 0)
        return await self.get(account_id) if is_new else None

    async def use_code(self, account_id: int, step: int) -> bool:
        """Use a second factor's time step; whether it, or a later one, had not been used before."""
        sql = "update accounts set totp_last_used = ? where id = ? and coalesce(totp_last_used, 0) < ?"
        return await self._database.run(lambda: self._database.execute(sql, step, account_id, step).rowcount > 0)

    async def change(
        self, account_id: int, role: Role, department: str, is_active: bool, stamp: str, stops_administrator: bool
    ) -> bool:
        """Change what an account may do; whether it was done: the last administrator stays one."""
        others = "select count(*) from accounts where role = 'administrator' and is_active and id != ?"
        sql = "update accounts set role = ?, department = ?, is_active = ?, stamp = ? where id = ?"

        def write() -> bool:
            with self._database.transaction():
                if stops_administrator and not self._database.fetch(others, account_id)[0][0]:
                    return False
                self._database.execute(sql, role.value, department, int(is_active), stamp, account_id)
                return True

        return await self._database.run(write)

    async def begin_attempt(self, email: str, address: str, minutes: int, most: tuple[int, int]) -> int | None:
        """Note an attempt to sign in, and return its number; None where there were too many that failed.

        `most` is how many may fail for one account from one address, and for either by itself. Those of long ago are
        dropped.
        """
        email, since = email.strip().lower()[:255], _ago(timedelta(minutes=minutes))
        count = (
            "select coalesce(sum(email = ? and address = ?), 0), coalesce(max(sum(email = ?), sum(address = ?)), 0) "
            "from sign_in_failures where at > ?"
        )

        def write() -> int | None:
            with self._database.transaction():
                # Those ahead were noted while the clock was wrong.
                forget = "delete from sign_in_failures where at < ? or at > ?"
                self._database.execute(forget, _ago(timedelta(days=1)), _ago(-timedelta(minutes=minutes)))
                both, either = self._database.fetch(count, email, address, email, address, since)[0]
                if both >= most[0] or either >= most[1]:
                    return None
                row = {"at": now(), "email": email, "address": address}
                return self._database.insert("sign_in_failures", row)

        return await self._database.run(write)

    async def forgive(self, attempt: int) -> None:
        """Take back an attempt that has succeeded."""
        await self._database.run(lambda: self._database.execute("delete from sign_in_failures where id = ?", attempt))

    async def _one(self, where: str, *parameters: Any) -> Account | None:
        rows = await self._database.read(f"select {_COLUMNS} from accounts where {where}", *parameters)
        return _account(*rows[0]) if rows else None

    async def _column(self, name: str, account_id: int) -> str | None:
        rows = await self._database.read(f"select {name} from accounts where id = ?", account_id)
        return rows[0][0] if rows else None

    async def _set(self, account_id: int, **values: Any) -> None:
        sql = f"update accounts set {', '.join(f'{name} = ?' for name in values)} where id = ?"
        await self._database.run(lambda: self._database.execute(sql, *values.values(), account_id))


def _account(
    account_id: int, email: str, name: str, role: str, department: str | None, is_active: int, has: int, stamp: str
) -> Account:
    return Account(account_id, email, name, Role(role), department or "", bool(is_active), bool(has), stamp)


def _ago(time: timedelta) -> str:
    return as_stored(datetime.now(timezone.utc) - time)
