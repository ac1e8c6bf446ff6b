"""One client connection from CONNECT to logoff."""

from __future__ import annotations

import logging
import ssl
import time
from typing import TYPE_CHECKING

from oracle_standin.backend import SessionInfo
from oracle_standin.faults import COMMIT, LOGON, ROLLBACK
from oracle_standin.protocol import ClientGoneError, OracleError, not_in_this_standin
from oracle_standin.verifier import Challenge
from oracle_standin.wire import negotiation
from oracle_standin.wire.authentication import LogonRequest, folded, logon_parameters, read_logon
from oracle_standin.wire.codes import Call, Message
from oracle_standin.wire.conversation import AbandonedRequestError, ClientInterrupt, Conversation
from oracle_standin.wire.direct_path import DirectPathCalls
from oracle_standin.wire.faults import DroppedError, SessionFaults
from oracle_standin.wire.files import FileCalls, is_file
from oracle_standin.wire.lobs import LobStore, read_lob_request
from oracle_standin.wire.packets import PacketStream
from oracle_standin.wire.piggybacks import (
    CloseCursors,
    FreeLobs,
    SetAttributes,
    SetContext,
    SetSchema,
    read_piggyback,
)
from oracle_standin.wire.profiles import DATA_TYPES_REPLY, FIELD_VERSION_23_1_TOKENS, protocol_reply
from oracle_standin.wire.reader import MalformedRequestError, RequestReader, decoded
from oracle_standin.wire.replies import changed_schema, end_of_call, parameters, status
from oracle_standin.wire.statements import StatementCalls

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from oracle_standin.backend import BackendSession
    from oracle_standin.wire.service import Service

LOGON_SECONDS = 60.0
SID = "FREE"

_log = logging.getLogger(__name__)


def _internal_fault(fault: Exception) -> OracleError:
    """Return what the client sees of a fault of ours: its type, nothing of its content.

    Not ORA-00600: clients take that for a dead connection and may try again for ever.
    """
    what = f"a fault of the stand-in ({type(fault).__name__}); see its log"
    return OracleError(604, f"error occurred at recursive SQL level 1: {what}")


class WireSession:
    """Serves one client; `serve` returns when it is gone, with everything released."""

    def __init__(self, connection: socket.socket, service: Service) -> None:
        """Take over an accepted socket."""
        self._service = service
        self._protocol = "tcps" if isinstance(connection, ssl.SSLSocket) else "tcp"
        self._stream = PacketStream(connection)
        self._talk = Conversation(self._stream)
        self._session_id = service.next_session_id()
        self._logon: LogonRequest | None = None
        self._challenge: Challenge | None = None
        self._lobs = LobStore()
        self._files = FileCalls()
        self._session: BackendSession | None = None
        self._statements: StatementCalls | None = None
        self._direct_path: DirectPathCalls | None = None
        self._logged_off = False
        self._idle_since = time.monotonic()
        self._faults = SessionFaults(service.faults, self._stream)

    # The connection

    def serve(self) -> None:
        """Answer the client until it goes."""
        try:
            self._stream.set_timeout(LOGON_SECONDS)
            self._connect()
            while not self._logged_off:
                self._serve_request()
        except ClientGoneError:
            _log.debug("session %d: the client has gone", self._session_id)
        except MalformedRequestError as error:
            _log.warning("session %d: %s", self._session_id, error.detail)
        except OSError as error:
            _log.debug("session %d: connection lost: %s", self._session_id, error)
        finally:
            self._release()

    def _release(self) -> None:
        try:
            if self._statements is not None:
                self._statements.close()
        finally:
            try:
                if self._session is not None:
                    self._session.close()
            finally:
                self._stream.close()

    def _connect(self) -> None:
        request = negotiation.read_connect(self._stream)
        connected = negotiation.accept(
            self._stream, self._service.profile, request, self._service.name, SID
        )
        self._talk.end_of_response = connected.end_of_response
        self._talk.field_version = self._service.profile.field_version

    def _serve_request(self) -> None:
        try:
            self._idle_since = time.monotonic()
            reader = self._talk.next_request()
            self._talk.reply(self._answer(reader))
        except AbandonedRequestError:
            _log.debug("session %d: request abandoned", self._session_id)
        except MalformedRequestError as error:
            _log.warning("session %d: malformed request: %s", self._session_id, error.detail)
            self._fail(error)
        except OracleError as error:
            self._fail(error)
        except DroppedError as dropped:
            _log.info("session %d: dropped as ordered", self._session_id)
            self._talk.send_unfinished(dropped.content)
            raise ClientGoneError from dropped
        except (ClientGoneError, OSError):
            raise
        except Exception as fault:  # noqa: BLE001 - one client must not see another's fault
            _log.exception("session %d: internal error", self._session_id)
            self._fail(_internal_fault(fault))

    def _fail(self, error: OracleError) -> None:
        """Answer with an error, after skipping what is left of the request."""
        try:
            self._talk.discard_rest()
        except AbandonedRequestError:
            return
        self._talk.reply(self._end(error))

    def _end(self, error: OracleError | None = None) -> bytes:
        return end_of_call(
            self._talk.field_version, error=error, in_transaction=self._in_transaction()
        )

    def _in_transaction(self) -> bool:
        return self._session is not None and self._session.in_transaction

    # Messages

    def _answer(self, reader: RequestReader) -> bytes:
        kind = reader.byte()
        while kind in {Message.PIGGYBACK, 0}:
            if kind:
                self._piggyback(reader)
            kind = reader.byte()
        match kind:
            case Message.FUNCTION | Message.ONE_WAY_FUNCTION:
                return self._function(reader)
            case Message.PROTOCOL:
                negotiation.read_protocol(reader)
                return self._protocol_reply()
            case Message.DATA_TYPES:
                self._agree_on_fields(negotiation.read_data_types(reader))
                return DATA_TYPES_REPLY
            case Message.FAST_AUTHENTICATION:
                return self._fast_authentication(reader)
            case _:
                detail = f"message of type {kind}"
                raise MalformedRequestError(detail)

    def _header(self, reader: RequestReader) -> int:
        """Read the header of a function or piggyback and return its code."""
        code = reader.byte()
        reader.byte()  # sequence number
        if self._talk.field_version >= FIELD_VERSION_23_1_TOKENS:
            self._talk.token = reader.unsigned()
        return code

    def _function(self, reader: RequestReader) -> bytes:
        code = self._header(reader)
        if code == Call.AUTHENTICATE_ONE:
            return self._authenticate_one(reader)
        if code == Call.AUTHENTICATE_TWO:
            return self._authenticate_two(reader)
        if self._session is None or self._statements is None:
            raise OracleError(1012, "not logged on")
        self._session.usage.round_trips += 1
        if code != Call.LOGOFF:
            self._end_when_idle()
            self._session.check()
        call = self._calls(self._session, self._statements).get(code)
        if call is None:
            _log.warning("session %d: call %d is not known", self._session_id, code)
            refusal = not_in_this_standin(f"protocol call {code}")
            raise refusal
        schema = self._session.current_schema
        reply = call(reader)
        if self._session.current_schema != schema:
            return changed_schema(self._session.current_schema) + reply
        return reply

    def _end_when_idle(self) -> None:
        """Raise OracleError 2396, and log the session off, when an ordered idle time is over."""
        try:
            self._faults.end_when_idle(time.monotonic() - self._idle_since)
        except OracleError:
            self._logged_off = True
            raise

    def _calls(
        self, session: BackendSession, statements: StatementCalls
    ) -> dict[int, Callable[[RequestReader], bytes]]:
        return {
            Call.EXECUTE: statements.execute,
            Call.FETCH: statements.fetch,
            Call.REEXECUTE: lambda reader: statements.reexecute(reader, fetch=False),
            Call.REEXECUTE_AND_FETCH: lambda reader: statements.reexecute(reader, fetch=True),
            Call.LOB: self._lob,
            Call.DIRECT_PATH_PREPARE: lambda reader: self._load(reader, DirectPathCalls.prepare),
            Call.DIRECT_PATH_LOAD: lambda reader: self._load(reader, DirectPathCalls.load),
            Call.DIRECT_PATH_OPERATION: lambda reader: self._load(reader, DirectPathCalls.operate),
            Call.COMMIT: lambda _: self._end_transaction(session.commit, COMMIT),
            Call.ROLLBACK: lambda _: self._end_transaction(session.rollback, ROLLBACK),
            Call.PING: lambda _: self._ended(),
            Call.LOGOFF: lambda _: self._log_off(),
            Call.PIPELINE_END: self._end_pipeline,
        }

    # Logon

    def _protocol_reply(self) -> bytes:
        return protocol_reply(self._service.profile, end_of_response=self._talk.end_of_response)

    def _agree_on_fields(self, client_version: int) -> None:
        self._talk.field_version = min(client_version, self._service.profile.field_version)

    def _fast_authentication(self, reader: RequestReader) -> bytes:
        reader.skip("bbb")
        if reader.byte() != Message.PROTOCOL:
            detail = "fast authentication without protocol message"
            raise MalformedRequestError(detail)
        negotiation.read_protocol(reader)
        reader.raw(6)
        if reader.byte() != Message.DATA_TYPES:
            detail = "fast authentication without data types"
            raise MalformedRequestError(detail)
        self._agree_on_fields(negotiation.read_data_types(reader))
        reader.skip("bbb")  # this one function header never has a token
        return self._protocol_reply() + DATA_TYPES_REPLY + self._authenticate_one(reader)

    def _authenticate_one(self, reader: RequestReader) -> bytes:
        self._logon = read_logon(reader)
        self._challenge = Challenge(self._service.backend.verifier(self._logon.user))
        return parameters(self._challenge.parameters()) + status(in_transaction=False)

    def _authenticate_two(self, reader: RequestReader) -> bytes:
        request = read_logon(reader)
        challenge, first = self._challenge, self._logon
        if self._session is not None and challenge is not None:
            return self._change_password(challenge, request)
        if "AUTH_TOKEN" in request.values:
            refusal = not_in_this_standin("token authentication")
            raise refusal
        self._challenge = None
        if challenge is None or first is None or first.user != request.user:
            raise OracleError(1017, "invalid credential or not authorized; logon denied")
        proof = challenge.verify(
            request.values.get("AUTH_SESSKEY", ""), request.values.get("AUTH_PASSWORD", "")
        )
        client = request.values.get("PROXY_CLIENT_NAME", "")
        self._faults.user = folded(client) if client else request.user
        self._faults.before(LOGON)
        if "AUTH_NEWPASSWORD" in request.values:
            self._set_password(challenge, request)
        self._challenge = challenge
        info = self._session_info(first, request)
        self._open(self._service.backend.open_session(self._faults.user, info), request)
        reply = logon_parameters(self._service.profile, info, proof)
        return parameters(reply) + status(in_transaction=False)

    def _change_password(self, challenge: Challenge, request: LogonRequest) -> bytes:
        """Change the password of the session's user, who says the old one once more."""
        if self._logon is None or self._logon.user != request.user:
            raise OracleError(1017, "invalid credential or not authorized; logon denied")
        old = challenge.later_secret(request.values.get("AUTH_PASSWORD", ""))
        verifier = self._service.backend.verifier(request.user)
        if verifier is None or not verifier.matches(old):
            raise OracleError(28008, "invalid old password")
        self._set_password(challenge, request)
        return parameters([]) + status(in_transaction=self._in_transaction())

    def _set_password(self, challenge: Challenge, request: LogonRequest) -> None:
        password = challenge.later_secret(request.values.get("AUTH_NEWPASSWORD", ""))
        self._service.backend.set_password(request.user, decoded(password))

    def _session_info(self, first: LogonRequest, second: LogonRequest) -> SessionInfo:
        return SessionInfo(
            session_id=self._session_id,
            serial_number=self._session_id * 7 % 65535 + 1,
            service_name=self._service.name,
            program=first.values.get("AUTH_PROGRAM_NM", ""),
            machine=first.values.get("AUTH_MACHINE", ""),
            os_user=first.values.get("AUTH_SID", ""),
            terminal=first.values.get("AUTH_TERMINAL", ""),
            driver_name=second.values.get("SESSION_CLIENT_DRIVER_NAME", ""),
            proxy_user=second.user if second.values.get("PROXY_CLIENT_NAME") else "",
            network_protocol=self._protocol,
            time_zone=second.time_zone(),
        )

    def _open(self, session: BackendSession, request: LogonRequest) -> None:
        self._session = session
        for namespace, name, value in request.contexts:
            session.set_context(namespace, {name: value})
        self._statements = StatementCalls(
            session,
            self._lobs,
            self._faults,
            self._talk.field_version,
            compress_rows=self._service.compress_rows,
            max_string_bytes=self._service.profile.max_string_bytes,
        )
        self._direct_path = DirectPathCalls(session, self._faults, self._talk.field_version)
        self._talk.transaction_open = self._in_transaction
        self._stream.set_timeout(None)
        session.watch(ClientInterrupt(self._stream))

    # Calls

    def _end_transaction(self, action: Callable[[], None], name: str) -> bytes:
        self._faults.before(name)
        action()
        self._faults.after(name)
        return self._ended()

    def _ended(self) -> bytes:
        return status(in_transaction=self._in_transaction())

    def _log_off(self) -> bytes:
        self._logged_off = True
        return status(in_transaction=False)

    def _end_pipeline(self, reader: RequestReader) -> bytes:
        reader.skip("u")
        return self._ended()

    def _lob(self, reader: RequestReader) -> bytes:
        request = read_lob_request(reader)
        if is_file(request.locator):
            return self._files.run(request, self._session) + self._end()
        return self._lobs.run(request) + self._end()

    def _load(
        self, reader: RequestReader, call: Callable[[DirectPathCalls, RequestReader], bytes]
    ) -> bytes:
        if self._direct_path is None:
            raise OracleError(1012, "not logged on")
        return call(self._direct_path, reader) + self._end()

    def _piggyback(self, reader: RequestReader) -> None:
        piggyback = read_piggyback(reader, self._header(reader))
        if self._session is None or self._statements is None:
            raise OracleError(1012, "not logged on")
        match piggyback:
            case CloseCursors(numbers):
                self._statements.close_cursors(numbers)
            case FreeLobs(locators):
                self._lobs.free(locators)
            case SetSchema(name):
                self._session.set_current_schema(name)
            case SetContext(namespace, values):
                self._session.set_context(namespace, values)
            case SetAttributes(values):
                self._session.set_client_attributes(values)
            case None:
                pass
