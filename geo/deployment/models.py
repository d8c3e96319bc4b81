"""The ways in which a scheme can answer: which contacts each can make, and whom it needs on duty."""

from enum import StrEnum


class DeploymentModel(StrEnum):
    """
    How the scheme reaches people.

    ``crewed``: a nurse and an officer share a car. ``unaccompanied``: the nurse drives alone, only to scenes where
    police already are, so no triage officer is needed. ``telephone``: advice and telephone only; nobody is sent, and
    not sending is no gap.
    """

    CREWED = "crewed"
    UNACCOMPANIED = "unaccompanied"
    TELEPHONE = "telephone"

    @property
    def needs_officer(self) -> bool:
        """Whether a face-to-face contact needs the scheme's own officer."""
        return self is DeploymentModel.CREWED

    @property
    def sends_car(self) -> bool:
        """Whether the model makes face-to-face contacts at all."""
        return self is not DeploymentModel.TELEPHONE
