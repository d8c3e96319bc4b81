"""Outcomes as the records tell them."""

import pandas as pd

from geo.deployment.outcomes import outcome_table, referral_table


def test_assessment_counts_face_to_face_and_telephone():
    # six of nineteen assessed, one of them by telephone, as published
    made = ["face_to_face"] * 5 + ["telephone"] + ["none"] * 13
    frame = pd.DataFrame(
        dict.fromkeys(
            [
                "deployed",
                "information_shared",
                "appropriate_for_car",
                "s136",
                "s136_consulted",
                "s136_avoided",
                "known_to_services",
                "restraint",
            ],
            "unknown",
        ),
        index=range(19),
    ).assign(assessment=made)
    row = outcome_table(frame).set_index("outcome").loc["Formally assessed by the nurse"]
    assert (row["yes"], row["no"], row["unknown"]) == (6, 13, 0)


def test_an_incident_with_two_referrals_counts_in_each():
    table = referral_table(pd.DataFrame({"referrals": ["GP; police", "GP", ""]}))
    assert dict(zip(table["referral"], table["incidents"], strict=True)) == {"GP": 2, "police": 1}
