"""Settings of a BottleCRM for tests: its own, on the database that the environment names."""

import os

from crm import settings as theirs


class _FromModels(dict):
    """Tables made from the models as they are now: ten seconds instead of two minutes of migrations."""

    def __contains__(self, name):
        return True

    def __getitem__(self, name):
        return None


globals().update({name: getattr(theirs, name) for name in dir(theirs) if name.isupper()})
MIGRATION_MODULES = _FromModels()
MEDIA_ROOT = os.environ["SITE_FOLDER"] + "/media"
LOGGING = {"version": 1, "disable_existing_loggers": False}
