import io

from geo.incidents.reading.wire import block_of, receive, send_answer, send_block, send_part


def sent(*blocks):
    out = io.BytesIO()
    for block in blocks:
        send_block(out, 0, block)
    return out


def test_a_column_goes_as_arrow_keeps_text():
    out = sent(block_of([1, 4], [["a", "\u00e9\u00e9"], ["bcd"]]))
    out.seek(0)
    ((head, (numbers, *columns)),) = receive(out)
    assert (head["sheet"], head["rows"]) == (0, 2)
    assert memoryview(numbers).cast("i").tolist() == [1, 4]
    assert [memoryview(columns[0]).cast("i").tolist(), columns[1]] == [[0, 1, 4], b"abcd"]
    assert [memoryview(columns[2]).cast("i").tolist(), columns[3]] == [[0, 4, 4], "\u00e9\u00e9".encode()]


def test_a_message_that_was_cut_off_is_left_out():
    whole = sent(block_of([1], [["a"]]), block_of([2], [["b"]])).getvalue()
    assert len(list(receive(io.BytesIO(whole)))) == 2
    for cut in (1, 5, 40):
        assert len(list(receive(io.BytesIO(whole[:-cut])))) == 1


def test_a_buffer_that_is_no_block_arrives_as_it_is():
    out = io.BytesIO()
    send_part(out, b"any\nbytes\x00")
    out.seek(0)
    assert list(receive(out)) == [({"sizes": [10]}, [b"any\nbytes\x00"])]


def test_the_answer_comes_last_and_has_no_buffers():
    out = sent(block_of([1], [["a"]]))
    send_answer(out, refused="is no table")
    out.seek(0)
    assert list(receive(out))[-1] == ({"refused": "is no table", "sizes": []}, [])
