"""Run by the CRM's own Python: `token` prints another token of Ana's as JSON, `revoke` ends all that it made."""

import json
import sys

import django

django.setup()

from common.models import PersonalAccessToken, Profile  # noqa: E402
from django.utils import timezone  # noqa: E402

NAME = "passing"

if sys.argv[1] == "token":
    ana = Profile.objects.get(user__email="ana@example.com")
    print(json.dumps(PersonalAccessToken.generate(profile=ana, name=NAME)[0]))
else:
    PersonalAccessToken.objects.filter(name=NAME).update(revoked_at=timezone.now())
