from geo.routing.speeds import MPH_BY_CLASS, kmh


def test_national_limits_are_in_kilometres_an_hour():
    assert round(kmh("motorway"), 2) == 112.65
    assert round(kmh("trunk"), 2) == 96.56
    assert round(kmh("residential"), 2) == 48.28


def test_an_unlisted_class_is_taken_as_built_up():
    assert kmh("road") == kmh("residential")


def test_no_class_is_above_the_national_limit():
    assert max(MPH_BY_CLASS.values()) == 70
