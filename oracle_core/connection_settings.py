"""The settings of a connection, declared once for the tap, the target and the catalog."""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

from oracle_core.pool_settings import POOL_SETTINGS
from oracle_core.tunnel_settings import TUNNEL_SETTING

DEFAULT_PORT = 1521
DEFAULT_CONNECT_TIMEOUT_SECONDS = 20
DEFAULT_EXPIRE_TIME_MINUTES = 2
"""Below the 350 seconds after which a network load balancer of AWS drops a quiet connection."""

TLS_PROTOCOL = "tcps"

CONNECTION_SETTINGS: list[th.Property[Any]] = [
    th.Property(
        "host",
        th.StringType(nullable=True),
        title="Host",
        description="Name or address of the database server.",
    ),
    th.Property(
        "port",
        th.IntegerType(nullable=True, minimum=1, maximum=65_535),
        default=DEFAULT_PORT,
        title="Port",
        description="Port of the listener.",
    ),
    th.Property(
        "user",
        th.StringType(nullable=True),
        title="User",
        description=(
            "Database user; `app[owner]` connects as `owner` through the proxy user `app`."
        ),
    ),
    th.Property(
        "password",
        th.StringType(nullable=True),
        secret=True,
        title="Password",
        description="Password of the user.",
    ),
    th.Property(
        "password_file",
        th.StringType(nullable=True),
        title="Password file",
        description=(
            "File whose first line is the password, instead of `password`. It is read at each "
            "log-on, and once more when a log-on is refused (ORA-01017, ORA-28001)."
        ),
    ),
    th.Property(
        "service_name",
        th.StringType(nullable=True),
        title="Service name",
        description="Service to connect to, for example FREEPDB1. One of service_name, sid, dsn.",
    ),
    th.Property(
        "sid",
        th.StringType(nullable=True),
        title="SID",
        description="System identifier, for databases that are not reached by a service name.",
    ),
    th.Property(
        "dsn",
        th.StringType(nullable=True),
        title="Connect string",
        description=(
            "Easy connect text (`host:port/service`), a descriptor (`(DESCRIPTION=…)`) or an "
            "alias of tnsnames.ora; instead of host, port and service. Never with credentials."
        ),
    ),
    th.Property(
        "tns_admin",
        th.StringType(nullable=True),
        title="TNS directory",
        description="Directory of tnsnames.ora; default: the environment variable TNS_ADMIN.",
    ),
    th.Property(
        "wallet_location",
        th.StringType(nullable=True),
        title="Wallet directory",
        description="Directory of ewallet.pem (thin mode) or cwallet.sso (thick mode).",
    ),
    th.Property(
        "wallet_password",
        th.StringType(nullable=True),
        secret=True,
        title="Wallet password",
        description="Password of ewallet.pem.",
    ),
    th.Property(
        "proxy_user",
        th.StringType(nullable=True),
        title="Proxied user",
        description="User whose rights are used after `user` has logged on as its proxy.",
    ),
    th.Property(
        "access_token",
        th.StringType(nullable=True),
        secret=True,
        title="Access token",
        description=(
            "OAuth 2.0 token, or OCI IAM database token together with access_token_private_key, "
            "instead of user and password; needs the protocol tcps."
        ),
    ),
    th.Property(
        "access_token_file",
        th.StringType(nullable=True),
        title="File of the access token",
        description=(
            "File whose first line is the token, read again for each session and when the token "
            "has expired; oci_db_key.pem beside it is the key of an OCI IAM token."
        ),
    ),
    th.Property(
        "access_token_private_key",
        th.StringType(nullable=True),
        secret=True,
        title="Private key of the access token",
        description=(
            "Private key (PEM) of an OCI IAM database token: the file oci_db_key.pem beside the "
            "token."
        ),
    ),
    th.Property(
        "driver_mode",
        th.StringType(nullable=True),
        default="thin",
        allowed_values=["thin", "thick"],
        title="Driver mode",
        description=(
            "thin needs nothing installed; thick needs Oracle Instant Client and is for servers "
            "that demand native encryption or hold old password verifiers."
        ),
    ),
    th.Property(
        "protocol",
        th.StringType(nullable=True),
        default="tcp",
        allowed_values=["tcp", TLS_PROTOCOL],
        title="Protocol",
        description="tcps encrypts with TLS and checks the server's certificate and name.",
    ),
    th.Property(
        "connect_timeout_seconds",
        th.NumberType(nullable=True, minimum=0),
        default=DEFAULT_CONNECT_TIMEOUT_SECONDS,
        title="Connect timeout (seconds)",
        description="How long one attempt to log on may take, the handshake included.",
    ),
    th.Property(
        "call_timeout_seconds",
        th.NumberType(nullable=True, minimum=0),
        default=0,
        title="Call timeout (seconds)",
        description="How long one round trip may take; 0 for no limit.",
    ),
    th.Property(
        "expire_time_minutes",
        th.IntegerType(nullable=True, minimum=0),
        default=DEFAULT_EXPIRE_TIME_MINUTES,
        title="Keep-alive (minutes)",
        description=(
            "Interval of probes that keep firewalls and address translation from dropping a quiet "
            "connection; 0 for none."
        ),
    ),
    *POOL_SETTINGS,
    TUNNEL_SETTING,
]

SECRET_SETTINGS = frozenset(setting.name for setting in CONNECTION_SETTINGS if setting.secret)
