"""What the pages of organizations share."""

from typing import Any

import flask
import sqlalchemy as sa
from flask import Blueprint, request

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.organizations import listing, queries
from matchmaker.organizations.forms import TIERS, ApplicationForm, offer
from matchmaker.organizations.services.registration import Application
from matchmaker.web.access import current_actor
from models import Industry, Organization, OrganizationKind, Region

blueprint = Blueprint("organizations", __name__)


@blueprint.app_context_processor
def _counting() -> dict[str, Any]:
    """Let the header say how many organizations wait."""
    actor = current_actor()
    return {"waiting_organizations": lambda: queries.waiting(db.session, actor) if actor else 0}


@blueprint.app_template_filter("tier")
def tier(value: str) -> str:
    """Return what a tier is called in the reader's language."""
    return str(TIERS.get(value, value))


def offered(form: Any) -> Any:
    """Return the form with the regions and industries to choose from."""
    industries = queries.industries(db.session)
    offer(form, queries.regions(db.session), industries)
    flask.g.industries = industries
    return form


def application(form: ApplicationForm) -> Application:
    """Return what a valid form says of an organization."""
    return Application(
        kind=OrganizationKind(form.kind.data),
        name=form.organization_name.data,
        uscc=form.uscc.data,
        region=region_of(form.region.data),
        industries=industries_of(form.industries.data),
        tiers=form.tiers.data,
    )


def region_of(code: str) -> Region:
    """Return the region with a code that a form has offered."""
    return db.session.scalars(sa.select(Region).where(Region.code == code)).one()


def industries_of(codes: list[str]) -> list[Industry]:
    """Return the industries with codes that a form has offered."""
    chosen = sa.select(Industry).where(Industry.code.in_(codes)).order_by(Industry.position)
    return list(db.session.scalars(chosen))


def people_asked_for(organization: Organization) -> queries.People:
    """Return the page of an organization's people that the address asks for."""
    words, after = listing.words(request.args), listing.place(request.args)
    return queries.people(db.session, organization, words, after or 0)


def code_taken() -> str:
    """Return what is said of a code that is registered already."""
    return _("An organization with this code is registered. Ask its manager for an invitation.")
