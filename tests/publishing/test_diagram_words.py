"""A diagram is said in words."""

from wirelab.publishing.diagram_words import words

SEQUENCE = """sequenceDiagram
    participant A as first client
    participant S as HTTPServer
    loop for each test
        A->>S: GET /
        Note over A,S: wait
        S--xA: 200
    end
"""


def test_each_message_has_its_sender_and_its_receiver() -> None:
    assert "first client to HTTPServer: GET /." in words(SEQUENCE)


def test_a_message_that_is_lost_is_said_to_be() -> None:
    assert words(SEQUENCE)[-1] == "HTTPServer to first client (it does not arrive): 200."


def test_notes_and_loops_are_said() -> None:
    assert words(SEQUENCE)[0] == "for each test."
    assert "first client and HTTPServer: wait." in words(SEQUENCE)


def test_each_arrow_of_a_chain_has_its_ends_and_its_label() -> None:
    chart = 'flowchart LR\n    R["GET /path"] --> Q{"a file?"}\n    Q -->|yes| T["200"] --> E[(disk)]\n'
    assert words(chart) == [
        '"GET /path" leads to "a file?".',
        '"a file?" leads to "200": yes.',
        '"200" leads to "disk".',
    ]


def test_an_arrow_with_two_heads_goes_in_both_directions() -> None:
    chart = 'flowchart LR\n    C["client<br>(your cell)"] <-->|tap.url| R([relay])\n'
    assert words(chart) == ['"client (your cell)" and "relay", in both directions: tap.url.']


def test_words_in_an_arrow_are_its_label() -> None:
    chart = "flowchart LR\n    a -- tell --> b\n    b -. a change .-> c\n"
    assert words(chart) == ['"a" leads to "b": tell.', '"b" leads to "c": a change.']


def test_the_fields_of_a_packet_have_their_bits() -> None:
    packet = '---\nconfig:\n  packet: {bitsPerRow: 16}\n---\npacket-beta\n0: "FIN"\n1-3: "reserved"\n'
    assert words(packet) == ["bit 0: FIN.", "bits 1 to 3: reserved."]
