"""Through which VPC endpoint a connection came, if any.

The network tells AWS. Here the proxy of ../network.ts stands for a network: it names the source port of each of its
connections, which no client can do for itself.
"""

from contextvars import ContextVar

from .private import ec2

_routes: dict = {}
_current: ContextVar = ContextVar("endpoint", default=None)


def route(port: str, endpoint: str = "") -> None:
    """This source port is now that of a connection through the endpoint, or of any connection."""
    _routes.pop(port, None)
    if endpoint:
        found = [each for (_, _, name), each in ec2._vpc_endpoints.all_items() if name == endpoint]
        if not found:
            raise ValueError(f"there is no VPC endpoint {endpoint}")
        _routes[port] = found[0]


def arrived(client) -> None:
    """A request of a client, (host, port), is being served."""
    _current.set(_routes.get(str(client[1])) if client else None)


def endpoint():
    return _current.get()
