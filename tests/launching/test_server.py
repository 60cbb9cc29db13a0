"""A server that is stopped has freed its port."""

from launched import Hello, echo, is_free, make_app

from wirelab import launch, servers


def test_stopping_frees_the_port_for_anybody() -> None:
    for target in (Hello, make_app(), echo):
        server = launch(target, port=0)
        server.stop()
        assert is_free(server.port)
        assert repr(server) == f"{server.name} is stopped"


def test_leaving_the_with_block_stops_the_server() -> None:
    with launch(Hello, port=0) as server:
        assert server.running
    assert not server.running
    assert servers() == []
