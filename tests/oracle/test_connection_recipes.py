"""Each recipe of docs/connections.md logs on, with only names, paths and passwords replaced."""

from __future__ import annotations

import base64
import json
import re
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb
import pytest
from oracle_standin import Standin

from docs.generate import PROJECT
from docs.walk import steps
from oracle_core import redact
from oracle_core.connect_parameters import connect_parameters
from oracle_core.connection import connect, set_driver_mode
from oracle_core.settings import validated
from tap_oracle.tap import TapOracle
from tests.oracle.certificates import HOST, Authority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.oracle, pytest.mark.standin]

PAGE = (PROJECT / "docs/connections.md").read_text("utf-8")
PASSWORDS = {"APP": "app-password", "ADMIN": "admin-password", "OWNER": "owner-password"}
WALLET_PASSWORD = "wallet-password"
SID = "FREE"
"""The SID that the stand-in listens for."""

LOG_ON = "SELECT USER, SYS_CONTEXT('USERENV', 'NETWORK_PROTOCOL') FROM dual"


def recipes(title: str) -> list[dict[str, Any]]:
    """Return the configurations under a heading of the page."""
    _, _, rest = PAGE.partition(f"\n## {title}\n")
    section = rest.partition("\n## ")[0]
    blocks = [step for step in steps(section) if step.kind == "json"]
    assert blocks, title
    return [json.loads("\n".join(step.lines)) for step in blocks]


TITLES = re.findall(r"^## (.*)$", PAGE, flags=re.MULTILINE)
OTHERWISE = {
    "Token": "what the driver is given",
    "Thick mode": "what the driver is given",
    "SSH tunnel": "tests/oracle/test_ssh_tunnel.py",
    "Slow or guarded networks": "a table",
    "Sessions": "a table",
}
PLAIN = ("Service name", "SID", "TNS alias, descriptor, several hosts", "Proxy user")
ONE_WAY = ("TLS without a client certificate (one-way)", "Autonomous Database")
MUTUAL = ("Wallet (mutual TLS)", "Autonomous Database")


def of(*titles: str, wallet: bool | None = None) -> list[Any]:
    """Return the recipes of sections; of those with TLS the ones with or without a wallet."""
    return [
        pytest.param(recipe, id=f"{title}-{place}")
        for title in titles
        for place, recipe in enumerate(recipes(title))
        if wallet is None or ("wallet_password" in recipe) is wallet
    ]


def test_every_section_is_tried() -> None:
    assert set(TITLES) == {*PLAIN, *ONE_WAY, *MUTUAL, *OTHERWISE}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recipes")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder)


@pytest.fixture(scope="module")
def plain() -> Iterator[Standin]:
    with Standin(users=PASSWORDS) as database:
        with closing(database.connect("SYSTEM")) as session:
            session.cursor().execute('ALTER USER "OWNER" GRANT CONNECT THROUGH "APP"')
        yield database


@pytest.fixture(scope="module")
def one_way(authority: Authority) -> Iterator[Standin]:
    with Standin(users=PASSWORDS, tls=authority.server()) as database:
        yield database


@pytest.fixture(scope="module")
def mutual(authority: Authority) -> Iterator[Standin]:
    with Standin(users=PASSWORDS, tls=authority.server(), tls_clients=authority.file) as database:
        yield database


@pytest.fixture(scope="module")
def wallet(authority: Authority) -> Path:
    return authority.wallet(WALLET_PASSWORD)


def local(recipe: dict[str, Any], database: Standin, places: dict[str, Path]) -> dict[str, Any]:
    """Return a recipe with this machine's names, paths and passwords in place of the page's.

    Args:
        recipe: The recipe.
        database: The server.
        places: Folder for each setting that names one.
    """
    config = dict(recipe) | {name: str(places[name]) for name in recipe.keys() & places.keys()}
    replaced = {
        "host": HOST,
        "port": database.port,
        "service_name": database.service_name,
        "sid": SID,
        "password": PASSWORDS[recipe["user"].partition("[")[0]],
        "wallet_password": WALLET_PASSWORD,
    }
    config |= {name: value for name, value in replaced.items() if name in recipe}
    if "host" in recipe:
        config["port"] = database.port  # 1521 where the recipe leaves it out
    if "dsn" in recipe:
        config["dsn"] = _local_dsn(recipe["dsn"], database)
    return config


def _local_dsn(dsn: str, database: Standin) -> str:
    """Return a connect string for the server; an alias stays as it is.

    The first of two addresses is one where nobody listens.
    """
    if not re.search(r"[/(]", dsn):
        return dsn
    dsn = re.sub(r"(?i)\(host=db1\.[^)]*\)\(port=\d+\)", f"(HOST={HOST})(PORT=1)", dsn)
    dsn = re.sub(r"(?i)\(port=\d{2,}\)", f"(port={database.port})", dsn)
    dsn = re.sub(r"(?i)\(host=[^)]*\.com\)", f"(host={HOST})", dsn)
    dsn = re.sub(r"(?i)\(service_name=[^)]*\)", f"(service_name={database.service_name})", dsn)
    return re.sub(r"^[^(/]+/\w+", f"{HOST}:{database.port}/{database.service_name}", dsn)


def alias(name: str, folder: Path, database: Standin, protocol: str) -> Path:
    """Write `tnsnames.ora` with one alias and return its folder."""
    address = f"(ADDRESS=(PROTOCOL={protocol})(HOST={HOST})(PORT={database.port}))"
    service = f"(CONNECT_DATA=(SERVICE_NAME={database.service_name}))"
    folder.joinpath("tnsnames.ora").write_text(f"{name} = (DESCRIPTION={address}{service})\n")
    return folder


def logged_on(config: dict[str, Any]) -> tuple[str, str]:
    """Return user and protocol of a session that a plugin would open with a configuration."""
    settings = validated(config, TapOracle.config_jsonschema)
    with closing(connect(settings, module="test")) as session:
        user, protocol = session.cursor().execute(LOG_ON).fetchone()
    return user, protocol


@pytest.mark.parametrize("recipe", of(*PLAIN))
def test_without_tls(recipe: dict[str, Any], plain: Standin, folder: Path) -> None:
    places = {"tns_admin": alias("sales_high", folder, plain, "tcp")}
    owner = "OWNER" if "proxy_user" in recipe or "[" in recipe["user"] else recipe["user"]
    assert logged_on(local(recipe, plain, places)) == (owner, "tcp")


@pytest.mark.parametrize("recipe", of(*ONE_WAY, wallet=False))
def test_tls_without_a_client_certificate(
    recipe: dict[str, Any],
    one_way: Standin,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if "wallet_location" not in recipe:
        # OpenSSL's variable: the test's authority is one of the machine's for this log-on.
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    places = {"wallet_location": authority.trust(tmp_path)}
    assert logged_on(local(recipe, one_way, places)) == (recipe["user"], "tcps")


@pytest.mark.parametrize("recipe", of(*MUTUAL, wallet=True))
def test_a_wallet_with_a_client_certificate(
    recipe: dict[str, Any], mutual: Standin, wallet: Path, folder: Path
) -> None:
    places = {
        "wallet_location": wallet,
        "tns_admin": alias("sales_low", folder, mutual, "tcps"),
    }
    assert logged_on(local(recipe, mutual, places)) == (recipe["user"], "tcps")


def given_to_the_driver(
    recipe: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, Any]]:
    """Return what `init_oracle_client` and the driver's parameters get for a recipe."""
    given: list[dict[str, Any]] = []
    monkeypatch.setattr(oracledb, "is_thin_mode", lambda: True)
    monkeypatch.setattr(
        oracledb, "init_oracle_client", lambda **parameters: given.append(parameters)
    )
    settings = validated(recipe, TapOracle.config_jsonschema)
    set_driver_mode(settings)
    parameters = connect_parameters(settings)
    # The driver's own check of their names and values.
    oracledb.ConnectParams(**parameters)
    return [*given, parameters]


def token() -> str:
    """Return a token that has not expired; the driver reads the claim `exp`."""
    claims = json.dumps({"exp": int(time.time()) + 600}).encode()
    return f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.c2ln"


@pytest.mark.parametrize("recipe", of("Token"))
def test_a_token(recipe: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = token()
    (given,) = given_to_the_driver(recipe | {"access_token": made}, monkeypatch)
    assert given["access_token"] == made
    assert given["protocol"] == "tcps"
    assert not {"user", "password", "externalauth"} & given.keys()
    file = tmp_path / "token"
    file.write_text(f"{made}\n")
    from_file = {name: value for name, value in recipe.items() if name != "access_token"}
    (given,) = given_to_the_driver(from_file | {"access_token_file": str(file)}, monkeypatch)
    assert given["access_token"](False) == made
    redact.forget_all()


@pytest.mark.parametrize("recipe", of("Thick mode"))
def test_thick_mode(recipe: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    client, given = given_to_the_driver(recipe | {"tns_admin": "/etc/oracle"}, monkeypatch)
    assert client == {"config_dir": "/etc/oracle"}
    assert (given["user"], given["password"]) == ("APP", recipe["password"])
    assert "externalauth" not in given
    external = {name: value for name, value in recipe.items() if name not in {"user", "password"}}
    external["wallet_location"] = "/etc/oracle/wallet"
    _, given = given_to_the_driver(external, monkeypatch)
    assert given["externalauth"] is True
    assert "user" not in given
