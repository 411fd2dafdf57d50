"""The blueprint of incentives, and the words that its pages share."""

from flask import Blueprint

from matchmaker.incentives import wording

blueprint = Blueprint("incentives", __name__)
blueprint.add_app_template_filter(wording.line_words, "arithmetic_words")
blueprint.add_app_template_filter(wording.claim_title, "claim_title")
blueprint.add_app_template_filter(wording.next_step, "claim_next_step")
