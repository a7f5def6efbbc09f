"""Run by the CRM's own Python: found a company, or add many rows to it. Prints JSON.

python bottle_found.py                  tables, company, people, a goal; tokens of the lead and of a rep
python bottle_found.py ACCOUNTS DEALS   that many rows more, without a word in the feed
"""

import json
import random
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import django

django.setup()

from accounts.models import Account  # noqa: E402
from common.models import Org, PersonalAccessToken, Profile, Teams, User  # noqa: E402
from contacts.models import Contact  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from opportunity.models import DealPipeline, Opportunity, SalesGoal  # noqa: E402


def found():
    call_command("migrate", run_syncdb=True, verbosity=0)
    org = Org.objects.create(name="Linjiang", default_currency="CNY", default_country="CN", timezone="Asia/Shanghai")
    people = {}
    for name in ("lead", "ana", "bo"):
        user = User.objects.create(email=f"{name}@example.com", name=name.capitalize(), is_active=True)
        role = "ADMIN" if name == "lead" else "USER"
        people[name] = Profile.objects.create(user=user, org=org, role=role, is_active=True, has_sales_access=True)
    team = Teams.objects.create(name="South", org=org)
    team.users.add(*people.values())
    DealPipeline.default_for(org)
    today = datetime.now(UTC).date()
    SalesGoal.objects.create(
        org=org,
        name="This month",
        goal_type="REVENUE",
        target_value=Decimal(380_000),
        currency="CNY",
        period_type="MONTHLY",
        period_start=today.replace(day=1),
        period_end=today.replace(day=28),
        assigned_to=people["ana"],
    )
    tokens = {name: PersonalAccessToken.generate(profile=people[name], name="tests")[0] for name in ("lead", "ana")}
    return {"tokens": tokens, "people": {name: str(profile.id) for name, profile in people.items()}}


def add(accounts, deals):
    org = Org.objects.get()
    chance = random.Random(7)
    people = list(Profile.objects.filter(org=org))
    lead = User.objects.get(email="lead@example.com")
    pipeline = DealPipeline.default_for(org)
    stages = list(pipeline.stages.all())
    begin = Account.objects.count()
    made = Account.objects.bulk_create(
        Account(org=org, name=f"Account {begin + n}", city="Wuhu", phone="+86 553 555 0100", created_by=lead)
        for n in range(accounts)
    )
    owners = Account.assigned_to.through
    owners.objects.bulk_create(owners(account_id=one.id, profile_id=chance.choice(people).id) for one in made)
    Contact.objects.bulk_create(
        Contact(org=org, first_name="Contact", last_name=str(n), account=one, created_by=lead)
        for n, one in enumerate(made)
    )
    today = datetime.now(UTC).date()
    drawn = [(chance.choice(stages), chance.choice(made)) for _n in range(deals)]
    sold = Opportunity.objects.bulk_create(
        Opportunity(
            org=org,
            name=f"Deal {begin}-{n}",
            account=account,
            pipeline=pipeline,
            stage=stage.code,
            amount=Decimal(chance.randrange(100, 1_000_000)),
            currency="CNY",
            probability=50,
            closed_on=today + timedelta(days=chance.randrange(-60, 120)),
            created_by=lead,
        )
        for n, (stage, account) in enumerate(drawn)
    )
    owners = Opportunity.assigned_to.through
    owners.objects.bulk_create(owners(opportunity_id=one.id, profile_id=chance.choice(people).id) for one in sold)
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE"
        )  # which a server of its own does by itself; without it its account list takes a minute
    return {"accounts": len(made), "contacts": len(made), "deals": len(sold)}


sizes = [int(word) for word in sys.argv[1:]]
print(json.dumps(add(*sizes) if sizes else found()))
