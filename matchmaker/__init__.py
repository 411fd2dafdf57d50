"""The application: the only package that knows HTTP."""

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from matchmaker import config
from matchmaker.config import ROOT, Settings

MAX_REQUEST_BYTES = 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application, wired for `settings` (by default those of the environment)."""
    from matchmaker import audit, db, logs, mail, storage, worker
    from matchmaker.accounts import jobs as _account_jobs  # noqa: F401 (registers its handlers)
    from matchmaker.accounts.views import blueprint as accounts
    from matchmaker.admin.views import blueprint as admin
    from matchmaker.auditing.views import blueprint as auditing
    from matchmaker.documents.views import blueprint as documents
    from matchmaker.imports import jobs as _import_jobs  # noqa: F401
    from matchmaker.imports.views import blueprint as imports
    from matchmaker.incentives.views import blueprint as incentives
    from matchmaker.indicators.views import blueprint as indicators
    from matchmaker.matches import index
    from matchmaker.matches import jobs as _match_jobs  # noqa: F401
    from matchmaker.matches.views import blueprint as matches
    from matchmaker.needs.views import blueprint as needs
    from matchmaker.notices.views import blueprint as notices
    from matchmaker.organizations.views import blueprint as organizations
    from matchmaker.portal.views import blueprint as portal
    from matchmaker.postings import jobs as _posting_jobs  # noqa: F401
    from matchmaker.postings.uploading import blueprint as attachments
    from matchmaker.projects import jobs as _project_jobs  # noqa: F401
    from matchmaker.projects.views import blueprint as projects
    from matchmaker.publicity import jobs as _publicity_jobs  # noqa: F401
    from matchmaker.publicity.views import blueprint as publicity
    from matchmaker.results.views import blueprint as results
    from matchmaker.review import jobs as _review_jobs  # noqa: F401
    from matchmaker.review.views import blueprint as review
    from matchmaker.subscriptions import jobs as _subscription_jobs  # noqa: F401
    from matchmaker.subscriptions.views import blueprint as subscriptions
    from matchmaker.web import access, display, errors, headers, limits, refusals, texts, uploads
    from matchmaker.workbench.views import blueprint as workbench

    logs.configure()
    settings = settings or config.from_environment()
    app = Flask(
        __name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static")
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        DATA=settings.data,
        DEMO=settings.demo,
        PRODUCTION=settings.production,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        ADDRESS=settings.address,
        PASSWORD_PROFILE=settings.password_profile,
        SESSION_COOKIE_NAME="__Host-session" if settings.https else "session",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        **limits.settings(settings.redis_url),
    )
    if settings.proxy_count:
        count = settings.proxy_count
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    db.init_app(app, settings.database_url)
    audit.init_app(app, settings)
    uploads.init_app(app)
    CSRFProtect(app)
    limits.limiter.init_app(app)
    display.init_app(app, settings)
    texts.init_app(app)
    access.init_app(app)
    errors.init_app(app)
    refusals.init_app(app)
    headers.init_app(app)
    index.init_app(app)
    mail.init_app(app, settings)
    storage.init_app(app, settings)
    worker.init_app(app, settings)
    for blueprint in (
        *(portal, accounts, organizations, needs, results, imports, matches, indicators),
        *(admin, review, notices, subscriptions, attachments, projects, publicity, incentives),
        *(documents, auditing, workbench),
    ):
        app.register_blueprint(blueprint)
    return app
