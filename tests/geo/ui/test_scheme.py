"""The page 'What the scheme did' without a browser, on the two published weeks."""

import pytest
from streamlit.testing.v1 import AppTest

from geo.store.intake import make_demonstration
from geo.ui.scheme import PARTS


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    return make_demonstration(tmp_path_factory.mktemp("demo") / "weeks", "weeks")


@pytest.fixture
def part(weeks, monkeypatch):
    """Open one part of the page, by the mental-health team's records and, where asked, a second source's beside."""
    monkeypatch.setenv("TRIAGE_MAP_PROJECT", str(weeks.folder))

    def opened(name, beside="", **link):
        def page():
            from geo.ui import frame, scheme

            scheme.show(*frame.ask_question())

        app = AppTest.from_function(page, default_timeout=120)
        for key, value in ({"did": name, "beside": beside} | link).items():
            app.query_params[key] = value
        app.run()
        assert not app.exception
        return app

    return opened


def text_of(page):
    return "\n".join(each.value for each in [*page.markdown, *page.caption, *page.info])


def test_one_sentence_stands_on_top_with_its_bounds(part):
    text = text_of(part("Nights"))
    assert "The car was deployed to 6 of 19 incidents: 32% (95% interval 11-52%, n = 19)" in text
    assert "9 of 14 nights were fully staffed, 3 not recorded" in text
    assert "Incidents took 17 to 34% (95% interval 3-60%) of the minutes crewed" in text


def test_the_weeks_table_is_the_published_one_with_its_utilisation(part):
    page = part("Week", week="7 Mar 2016")
    table = page.dataframe[0].value
    assert table.loc["minutes on incidents"].tolist() == ["0", "140", "40", "?", "235", "0", "0"]
    assert table.loc["NHS staffed"].tolist() == ["?", "yes", "yes", "yes", "yes", "?", "?"]
    assert (
        "at least 415 of 1\u202f440 to 2\u202f520 minutes crewed on 4 crewed nights and 3 not recorded: 16 to 54%"
        in text_of(page)
    )


def test_the_nights_say_64_to_86_per_cent_and_the_cause(part):
    page = part("Nights")
    assert "Fully staffed: 64 to 86%" in text_of(page)
    assert page.dataframe[1].value["cause"].tolist() == ["no CPN"]


def test_contacts_say_what_a_change_would_take_to_be_seen(part):
    text = text_of(part("Contacts"))
    assert "cannot tell yet whether it changed (difference \u221247 to +28 points, 95% interval)" in text
    # 19 incidents from 4 February to 11 March, 37 days: 15.6 in 30.44
    assert "four years of five with 68 incidents a month; here 15.6 a month are on record" in text


def test_too_few_times_are_said_to_be_too_few(part):
    page = part("Response")
    assert "Nothing can be said of officer hours: of 15 incidents" in text_of(page)
    stages = page.dataframe[0].value.set_index("stage")
    assert stages.loc["call to arrival", ["n", "timed", "not recorded"]].tolist() == [6, 0, 6]
    assert stages.loc["call to advice", "median (minutes)"] == 3


def test_reasons_are_counted_and_variation_cannot_be_told(part):
    text = text_of(part("Reasons"))
    assert "cannot tell whether it varies between shifts beyond chance" in text
    assert "Of 6 incidents judged appropriate for the car it was deployed to 6 and not to 0" in text


def test_outcomes_say_what_they_rest_on_and_never_name_a_cause(part):
    page = part("Outcomes")
    rests = page.dataframe[0].value.set_index("outcome")["what it rests on"]
    assert "officers' own account" in rests["Section 136 avoided, by officers' account"]
    assert "None of these shows that the scheme was the cause" in text_of(page)


def test_one_figure_is_published_and_five_are_illustrative(part):
    page = part("Figures")
    said = [frame.value["what it rests on"].iloc[0] for frame in page.dataframe]
    assert sum(words.startswith("as published") for words in said) == 1
    assert sum(words.startswith("illustrative") for words in said) == 5


SAID = {
    "Week": "In this week Mental-health team holds 8 incidents, fewer than Control room (police) with 14",
    "Nights": "Fully staffed: 64 to 86%",
    "Contacts": "Contact mode recorded: more in the records of Mental-health team",
    "Districts": "Both sources record the same deployments in every district",
    "Response": "The medians of the two sources",
    "Reasons": "Car deployed: cannot tell whether the two sources differ",
    "Outcomes": "Car deployed: cannot tell whether the two sources differ",
    "Figures": "cannot tell whether the two sources differ",
}


@pytest.mark.parametrize("name", PARTS)
def test_two_sources_stand_side_by_side_in_every_part_and_their_difference_is_said(part, name):
    text = text_of(part(name, beside="police"))
    assert "**Control room (police): the car was deployed to 6 of 31 incidents" in text
    assert " **\n" not in text  # which Markdown would not read as the end of bold
    assert SAID[name] in text


def test_a_second_source_without_records_says_so(part):
    assert "no incident of this source lies in this period" in text_of(part("Outcomes", beside="s136_register"))
