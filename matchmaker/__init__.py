"""The application: the only package that knows HTTP."""

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from matchmaker import config
from matchmaker.config import ROOT, Settings

MAX_REQUEST_BYTES = 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application, wired for `settings` (by default those of the environment)."""
    from matchmaker import db, logs
    from matchmaker.accounts.views import blueprint as accounts
    from matchmaker.indicators.views import blueprint as indicators
    from matchmaker.matches import index
    from matchmaker.matches.views import blueprint as matches
    from matchmaker.needs.views import blueprint as needs
    from matchmaker.portal.views import blueprint as portal
    from matchmaker.results.views import blueprint as results
    from matchmaker.web import access, display, errors, headers, texts
    from matchmaker.web.limits import limiter

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
        SESSION_COOKIE_NAME="__Host-session" if settings.production else "session",
        SESSION_COOKIE_SECURE=settings.production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    if settings.proxy_count:
        count = settings.proxy_count
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    db.init_app(app, settings.database_url)
    CSRFProtect(app)
    limiter.init_app(app)
    display.init_app(app, settings)
    texts.init_app(app)
    access.init_app(app)
    errors.init_app(app)
    headers.init_app(app)
    index.init_app(app)
    for blueprint in (portal, accounts, needs, results, matches, indicators):
        app.register_blueprint(blueprint)
    return app
