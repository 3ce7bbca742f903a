"""Write examples/payloads: API responses in well-known shapes, all of them invented.

    python benchmarks/make_payloads.py

Every name, id and text comes from this file and one seed, so the same files come
out each time. The shapes (keys, nesting, nulls, link fields) follow the public
API documentation of each vendor.
"""

import base64
import json
import random
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "payloads"
R = random.Random(2026)

PEOPLE = [
    ("mira-okafor", "Mira Okafor"),
    ("jtanaka", "Jun Tanaka"),
    ("lenaw", "Lena Weiß"),
    ("p-andrade", "Paulo Andrade"),
    ("sofia-lind", "Sofia Lindqvist"),
    ("dkhan", "Danish Khan"),
    ("rosa-m", "Rosa Martínez"),
    ("tobyhughes", "Toby Hughes"),
    ("ebruyilmaz", "Ebru Yılmaz"),
    ("kwame-b", "Kwame Boateng"),
    ("annikav", "Annika Virtanen"),
    ("liu-yichen", "Liu Yichen"),
    ("marcpetit", "Marc Petit"),
    ("hhansen42", "Henrik Hansen"),
    ("chiara-dev", "Chiara Bianchi"),
    ("oleksiym", "Oleksiy Melnyk"),
]
TITLES = [
    "Container ETA is off by one day across the date line",
    "Upload of manifests over 20 MB times out",
    "Add a dark theme to the berth planner",
    "`tidepool sync` ignores the --since flag when the cache is empty",
    "Crash when a vessel has no AIS position",
    "Document how to rotate the webhook secret",
    "Customs export writes amounts without currency",
    "Support partial deliveries in the bill of lading",
    "Slow query on /containers?status=in_transit",
    "Drop Python 3.10 from the test matrix",
    "Timezone of port of Colombo is wrong after the DST change",
    "Retry policy for the carrier API should honour Retry-After",
    "Search does not find container numbers with a check digit",
    "Flaky test: test_reconnect_after_broker_restart",
    "Proposal: idempotency keys for booking requests",
    "Typos in the onboarding mail",
]
BODIES = [
    "Seen with 4.2.1 and on main. The ETA is computed in the zone of the departure "
    "port, then formatted in UTC.\n\nSteps:\n1. book Yokohama to Long Beach\n2. open "
    "the voyage page\n\nExpected 14 March, got 13 March.",
    "The proxy gives up after 30 s, but the import goes on in the background, so "
    "people press the button again and we end up with two copies.\n\n```\n504 Gateway "
    "Timeout\nx-request-id: 7c1e09\n```",
    "The planner is on a wall screen in the control room at night. White is painful "
    "there. A `prefers-color-scheme` query would be enough for a start; the berth "
    "colours need a second palette, @lenaw has one.",
    "Happens only on the first run. With a warm cache the flag works as documented. "
    "I think `load_cursor()` returns `None` and we fall through to a full sync.",
    'Stack trace:\n\n```\nFile "tidepool/ais.py", line 88, in nearest\n    lat, lon = '
    "vessel.position\nTypeError: cannot unpack non-iterable NoneType object\n```\n\nA "
    "vessel in dry dock has no position, so this is valid data.",
    "Support gets this question about once a week. The API for it exists since 4.0, "
    "there is just no page. Please mention that both secrets are valid for an hour.",
    "The customs office in Santos rejected 14 declarations today: `<amount>` has no "
    "`currency` attribute when the booking has only one leg. With two legs it is "
    "there.\n\nWorkaround: add an empty leg.",
    "ACME wants to unload 12 of 40 containers in Rotterdam and the rest in Hamburg "
    "under one bill. Today that needs two bookings and a manual invoice. See the "
    "discussion in #1098 for the data model.",
    "EXPLAIN shows a sequential scan: the index covers (customer_id, status) but the "
    "page filters by status alone. Median 2.3 s with 1.1 M rows, p95 5.8 s.",
    "It reached its end of life. Frees two CI jobs and lets us use `ExceptionGroup` "
    "in the importer.",
    "Sri Lanka does not observe DST, but our port table was generated from a list "
    "that says it does. 41 voyages are affected until November. A migration that "
    "fixes the column and recomputes the ETAs is in my branch.",
    "The carrier answers 429 with `Retry-After: 20`, we wait 1, 2 and 4 seconds and "
    "give up. Please read the header, and cap it at two minutes.",
    "`HLXU1234567` finds it, `HLXU 123456-7` does not, and the second is how it is "
    "painted on the container. Same for lower case. Normalise before the lookup?",
    "Fails about one run in thirty, only on the ARM runner. The broker is up, but "
    "its topic is not there yet. I could not reproduce it locally in 500 runs.",
    "A retry after a lost connection books twice. We should accept an "
    "`Idempotency-Key` header, keep it for 24 hours and answer with the stored "
    "response.\n\n- [ ] table and TTL\n- [ ] middleware\n- [ ] docs\n- [ ] client "
    "libraries",
    None,
]
LABELS = [
    ("bug", "d73a4a", "Something isn't working"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("performance", "fbca04", None),
    ("good first issue", "7057ff", "Good for newcomers"),
]


def hexes(count: int) -> str:
    """Return `count` hexadecimal digits."""
    return f"{R.getrandbits(4 * count):0{count}x}"


def letters(count: int) -> str:
    """Return `count` letters and digits, as vendors' ids have them."""
    return "".join(
        R.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789", k=count)
    )


def uuid() -> str:
    """Return a UUID."""
    h = hexes(32)
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"


def moment(month: int | None = None, suffix: str = "Z") -> str:
    """Return a time in 2026."""
    return (
        f"2026-{month or R.randint(1, 9):02}-{R.randint(1, 28):02}T"
        f"{R.randint(0, 23):02}:{R.randint(0, 59):02}:{R.randint(0, 59):02}{suffix}"
    )


def node_id(kind: str, number: int) -> str:
    """Return an opaque id as GitHub writes it."""
    return kind + base64.b64encode(f"{number:016d}".encode()).decode().rstrip("=")


def github_user(at: int) -> dict[str, Any]:
    """Return one of the people, as GitHub nests users."""
    login, number = PEOPLE[at][0], 1_830_000 + 7919 * at
    api = f"https://api.github.com/users/{login}"
    return {
        "login": login,
        "id": number,
        "node_id": node_id("U_", number),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}?v=4",
        "gravatar_id": "",
        "url": api,
        "html_url": f"https://github.com/{login}",
        "followers_url": f"{api}/followers",
        "following_url": f"{api}/following{{/other_user}}",
        "gists_url": f"{api}/gists{{/gist_id}}",
        "starred_url": f"{api}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{api}/subscriptions",
        "organizations_url": f"{api}/orgs",
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events{{/privacy}}",
        "received_events_url": f"{api}/received_events",
        "type": "User",
        "user_view_type": "public",
        "site_admin": False,
    }


EVENTS = [
    "voyage {n} accepted, {k} legs, carrier {w}",
    "GET /v2/positions?mmsi=2{n}0 took {k}12 ms",
    "retry {k} after reset by peer, request {w}",
    "cache miss for key voyage:{n}:{w}",
    "WARN manifest {w} has {k} rows without a weight",
    "queue depth {n}, oldest message {k} s",
    "ERROR could not parse amount {n},{k}0 in row {k}7",
    "worker {k} restarted, {n} jobs requeued",
    "saved booking {n} for {w}",
]


def report(at: int) -> str | None:
    """Return an issue's text: what happened, where, and a part of the log."""
    body = BODIES[at % len(BODIES)]
    if body is None or at % 4 == 1:
        return body
    version, browser = (
        R.choice(["4.1.7", "4.2.0", "4.2.1"]),
        R.choice(["Firefox", "Edge"]),
    )
    lines = [
        f"{moment(8)} "
        + R.choice(EVENTS).format(
            n=R.randint(1000, 99_999), k=R.randint(1, 9), w=hexes(R.choice([8, 12]))
        )
        for _ in range(R.randint(4, 11))
    ]
    return (
        f"{body}\n\n### Environment\n\ntidepool {version}, {browser} "
        f"{R.randint(128, 142)}, PostgreSQL 16.{R.randint(1, 9)}, "
        f"{R.choice(['k3s', 'EKS', 'docker compose'])}\n\n### Log\n\n```\n"
        + "\n".join(lines)
        + "\n```"
    )


REPO = "https://api.github.com/repos/harborline/tidepool"
WEB = "https://github.com/harborline/tidepool"


def github_label(at: int) -> dict[str, Any]:
    """Return one label."""
    name, color, description = LABELS[at]
    return {
        "id": 208_045_946 + at,
        "node_id": node_id("LA_", 208_045_946 + at),
        "url": f"{REPO}/labels/{name.replace(' ', '%20')}",
        "name": name,
        "color": color,
        "default": at != 3,
        "description": description,
    }


def github_issues() -> list[dict[str, Any]]:
    """GET /repos/{owner}/{repo}/issues."""
    issues = []
    for at, title in enumerate(TITLES):
        number, identity = 1204 - 3 * at, 2_951_000_000 + 41 * at
        api = f"{REPO}/issues/{number}"
        closed = at % 5 == 3
        assignees = [github_user(i) for i in R.sample(range(16), k=at % 3)]
        issues.append(
            {
                "url": api,
                "repository_url": REPO,
                "labels_url": f"{api}/labels{{/name}}",
                "comments_url": f"{api}/comments",
                "events_url": f"{api}/events",
                "html_url": f"{WEB}/issues/{number}",
                "id": identity,
                "node_id": node_id("I_kwDO", identity),
                "number": number,
                "title": title,
                "user": github_user(at % 13),
                "labels": [github_label(i) for i in R.sample(range(5), k=1 + at % 2)],
                "state": "closed" if closed else "open",
                "locked": False,
                "assignee": assignees[0] if assignees else None,
                "assignees": assignees,
                "milestone": None,
                "comments": R.randint(0, 14),
                "created_at": moment(3),
                "updated_at": moment(8),
                "closed_at": moment(8) if closed else None,
                "author_association": R.choice(["MEMBER", "CONTRIBUTOR", "NONE"]),
                "active_lock_reason": None,
                "type": None,
                "sub_issues_summary": {
                    "total": 0,
                    "completed": 0,
                    "percent_completed": 0,
                },
                "body": report(at),
                "closed_by": github_user((at + 2) % 16) if closed else None,
                "reactions": {
                    "url": f"{api}/reactions",
                    "total_count": at % 4,
                    "+1": at % 4,
                    "-1": 0,
                    "laugh": 0,
                    "hooray": 0,
                    "confused": 0,
                    "heart": 0,
                    "rocket": 0,
                    "eyes": 0,
                },
                "timeline_url": f"{api}/timeline",
                "performed_via_github_app": None,
                "state_reason": "completed" if closed else None,
            }
        )
    return issues


def stripe_charges() -> dict[str, Any]:
    """GET /v1/charges."""
    data = []
    for at in range(14):
        charge, declined = f"ch_3{letters(23)}", at % 6 == 4
        amount = R.choice([1900, 4900, 9900, 12_500, 24_000])
        login, name = PEOPLE[at % 16]
        data.append(
            {
                "id": charge,
                "object": "charge",
                "amount": amount,
                "amount_captured": 0 if declined else amount,
                "amount_refunded": amount if at == 7 else 0,
                "application": None,
                "application_fee": None,
                "application_fee_amount": None,
                "balance_transaction": None if declined else f"txn_3{letters(23)}",
                "billing_details": {
                    "address": {
                        "city": None,
                        "country": R.choice(["DE", "US", "BR", "JP"]),
                        "line1": None,
                        "line2": None,
                        "postal_code": f"{R.randint(10_000, 99_999)}",
                        "state": None,
                    },
                    "email": f"{login}@example.com",
                    "name": name,
                    "phone": None,
                    "tax_id": None,
                },
                "calculated_statement_descriptor": "HARBORLINE",
                "captured": not declined,
                "created": 1_772_000_000 + 86_400 * at + R.randint(0, 80_000),
                "currency": "eur" if at % 3 else "usd",
                "customer": f"cus_{letters(14)}",
                "description": f"Invoice HL-{2040 + at}",
                "destination": None,
                "dispute": None,
                "disputed": False,
                "failure_balance_transaction": None,
                "failure_code": "card_declined" if declined else None,
                "failure_message": "Your card was declined." if declined else None,
                "fraud_details": {},
                "livemode": False,
                "metadata": {"order_id": f"{77_120 + at}"},
                "on_behalf_of": None,
                "order": None,
                "outcome": {
                    "advice_code": "try_again_later" if declined else None,
                    "network_advice_code": None,
                    "network_decline_code": None,
                    "network_status": "declined_by_network"
                    if declined
                    else "approved_by_network",
                    "reason": "generic_decline" if declined else None,
                    "risk_level": "normal",
                    "risk_score": R.randint(1, 60),
                    "seller_message": "The bank did not return any further details."
                    if declined
                    else "Payment complete.",
                    "type": "issuer_declined" if declined else "authorized",
                },
                "paid": not declined,
                "payment_intent": f"pi_3{letters(23)}",
                "payment_method": f"pm_1{letters(23)}",
                "payment_method_details": {
                    "card": {
                        "amount_authorized": amount,
                        "authorization_code": None,
                        "brand": "visa" if at % 2 else "mastercard",
                        "checks": {
                            "address_line1_check": None,
                            "address_postal_code_check": "pass",
                            "cvc_check": "pass",
                        },
                        "country": "US",
                        "exp_month": R.randint(1, 12),
                        "exp_year": R.randint(2027, 2031),
                        "extended_authorization": {"status": "disabled"},
                        "fingerprint": letters(16),
                        "funding": "credit",
                        "incremental_authorization": {"status": "unavailable"},
                        "installments": None,
                        "last4": f"{R.randint(0, 9999):04}",
                        "mandate": None,
                        "multicapture": {"status": "unavailable"},
                        "network": "visa" if at % 2 else "mastercard",
                        "network_token": {"used": False},
                        "network_transaction_id": None,
                        "overcapture": {
                            "maximum_amount_capturable": amount,
                            "status": "unavailable",
                        },
                        "regulated_status": "unregulated",
                        "three_d_secure": None,
                        "wallet": None,
                    },
                    "type": "card",
                },
                "radar_options": {},
                "receipt_email": None,
                "receipt_number": None,
                "receipt_url": f"https://pay.stripe.com/receipts/payment/{letters(60)}",
                "refunded": at == 7,
                "review": None,
                "shipping": None,
                "source": None,
                "source_transfer": None,
                "statement_descriptor": None,
                "statement_descriptor_suffix": None,
                "status": "failed" if declined else "succeeded",
                "transfer_data": None,
                "transfer_group": None,
            }
        )
    return {"object": "list", "url": "/v1/charges", "has_more": True, "data": data}


def jira_user(at: int) -> dict[str, Any]:
    """Return one of the people, as Jira nests users."""
    account = f"5b10{at:02}84820cd{at:02}ea8e33ad1d8"
    site = "https://harborline.atlassian.net"
    image = f"https://avatar-management--avatars.example.net/{account}/{at}"
    return {
        "self": f"{site}/rest/api/3/user?accountId={account}",
        "accountId": account,
        "emailAddress": f"{PEOPLE[at][0]}@harborline.example",
        "avatarUrls": {f"{n}x{n}": f"{image}/{n}" for n in (48, 24, 16, 32)},
        "displayName": PEOPLE[at][1],
        "active": True,
        "timeZone": "Europe/Berlin",
        "accountType": "atlassian",
    }


def jira_search() -> dict[str, Any]:
    """GET /rest/api/3/search/jql."""
    site = "https://harborline.atlassian.net/rest/api/3"
    issues = []
    for at in range(9):
        number = 10_412 + at
        done = at % 4 == 1
        issues.append(
            {
                "expand": "renderedFields,names,schema,operations,changelog",
                "id": f"{number}",
                "self": f"{site}/issue/{number}",
                "key": f"DOCK-{371 + at}",
                "fields": {
                    "statuscategorychangedate": moment(suffix=".417+0200"),
                    "issuetype": {
                        "self": f"{site}/issuetype/10004",
                        "id": "10004",
                        "description": "A problem or error.",
                        "iconUrl": f"{site}/universal_avatar/view/type/issuetype/10303",
                        "name": "Bug",
                        "subtask": False,
                        "avatarId": 10303,
                        "hierarchyLevel": 0,
                    },
                    "timespent": None,
                    "project": {
                        "self": f"{site}/project/10001",
                        "id": "10001",
                        "key": "DOCK",
                        "name": "Dock operations",
                        "projectTypeKey": "software",
                        "simplified": False,
                        "avatarUrls": {
                            f"{n}x{n}": f"{site}/universal_avatar/view/type/project/"
                            f"avatar/10400?size={n}"
                            for n in (48, 24, 16, 32)
                        },
                    },
                    "fixVersions": [],
                    "aggregatetimespent": None,
                    "resolution": {
                        "self": f"{site}/resolution/10000",
                        "id": "10000",
                        "description": "Work has been completed on this issue.",
                        "name": "Done",
                    }
                    if done
                    else None,
                    "customfield_10035": None,
                    "customfield_10036": None,
                    "resolutiondate": moment(suffix=".000+0200") if done else None,
                    "workratio": -1,
                    "created": moment(4, ".812+0200"),
                    "priority": {
                        "self": f"{site}/priority/{2 + at % 2}",
                        "iconUrl": "https://harborline.atlassian.net/images/icons/"
                        "priorities/high.svg",
                        "name": "High" if at % 2 == 0 else "Medium",
                        "id": f"{2 + at % 2}",
                    },
                    "labels": ["berth-planner"] if at % 3 == 0 else [],
                    "timeestimate": None,
                    "versions": [],
                    "issuelinks": [],
                    "assignee": jira_user(at * 3 % 16) if at % 3 else None,
                    "updated": moment(8, ".305+0200"),
                    "status": {
                        "self": f"{site}/status/{10_001 + at % 3}",
                        "description": "",
                        "iconUrl": "https://harborline.atlassian.net/images/icons/"
                        "statuses/generic.png",
                        "name": ["To Do", "Done", "In Review"][at % 3],
                        "id": f"{10_001 + at % 3}",
                        "statusCategory": {
                            "self": f"{site}/statuscategory/{2 + at % 3}",
                            "id": 2 + at % 3,
                            "key": ["new", "done", "indeterminate"][at % 3],
                            "colorName": ["blue-gray", "green", "yellow"][at % 3],
                            "name": ["To Do", "Done", "In Progress"][at % 3],
                        },
                    },
                    "components": [],
                    "summary": TITLES[(at * 3) % len(TITLES)],
                    "creator": jira_user((at * 5 + 1) % 16),
                    "reporter": jira_user((at * 7 + 2) % 16),
                    "subtasks": [],
                    "duedate": None,
                    "progress": {"progress": 0, "total": 0},
                    "votes": {
                        "self": f"{site}/issue/DOCK-{371 + at}/votes",
                        "votes": 0,
                        "hasVoted": False,
                    },
                },
            }
        )
    return {"isLast": False, "nextPageToken": letters(40), "issues": issues}


def kubernetes_pods() -> dict[str, Any]:
    """Output of `kubectl get pods -o json`."""
    items = []
    for at in range(9):
        app = ["gateway", "planner", "ais-feed"][at % 3]
        template = hexes(9)
        broken = at == 4
        started = moment(9)
        items.append(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "annotations": {"prometheus.io/scrape": "true"},
                    "creationTimestamp": started,
                    "generateName": f"{app}-{template}-",
                    "labels": {
                        "app.kubernetes.io/name": app,
                        "pod-template-hash": template,
                    },
                    "name": f"{app}-{template}-{letters(5).lower()}",
                    "namespace": "harbor",
                    "ownerReferences": [
                        {
                            "apiVersion": "apps/v1",
                            "blockOwnerDeletion": True,
                            "controller": True,
                            "kind": "ReplicaSet",
                            "name": f"{app}-{template}",
                            "uid": uuid(),
                        }
                    ],
                    "resourceVersion": f"{88_120_000 + R.randint(0, 99_999)}",
                    "uid": uuid(),
                },
                "spec": {
                    "containers": [
                        {
                            "env": [
                                {"name": "LOG_LEVEL", "value": "info"},
                                {
                                    "name": "POD_IP",
                                    "valueFrom": {
                                        "fieldRef": {
                                            "apiVersion": "v1",
                                            "fieldPath": "status.podIP",
                                        }
                                    },
                                },
                            ],
                            "image": f"registry.example/harbor/{app}:4.2.1",
                            "imagePullPolicy": "IfNotPresent",
                            "livenessProbe": {
                                "failureThreshold": 3,
                                "httpGet": {
                                    "path": "/healthz",
                                    "port": 8080,
                                    "scheme": "HTTP",
                                },
                                "periodSeconds": 10,
                                "successThreshold": 1,
                                "timeoutSeconds": 1,
                            },
                            "name": app,
                            "ports": [{"containerPort": 8080, "protocol": "TCP"}],
                            "resources": {
                                "limits": {"memory": "512Mi"},
                                "requests": {"cpu": "100m", "memory": "256Mi"},
                            },
                            "terminationMessagePath": "/dev/termination-log",
                            "terminationMessagePolicy": "File",
                            "volumeMounts": [
                                {
                                    "mountPath": "/var/run/secrets/"
                                    "kubernetes.io/serviceaccount",
                                    "name": "kube-api-access",
                                    "readOnly": True,
                                }
                            ],
                        }
                    ],
                    "dnsPolicy": "ClusterFirst",
                    "enableServiceLinks": True,
                    "nodeName": f"node-{1 + at % 3}.harbor.internal",
                    "preemptionPolicy": "PreemptLowerPriority",
                    "priority": 0,
                    "restartPolicy": "Always",
                    "schedulerName": "default-scheduler",
                    "securityContext": {},
                    "serviceAccountName": app,
                    "terminationGracePeriodSeconds": 30,
                    "tolerations": [
                        {
                            "effect": "NoExecute",
                            "key": f"node.kubernetes.io/{key}",
                            "operator": "Exists",
                            "tolerationSeconds": 300,
                        }
                        for key in ("not-ready", "unreachable")
                    ],
                },
                "status": {
                    "conditions": [
                        {
                            "lastProbeTime": None,
                            "lastTransitionTime": started,
                            "status": "False" if broken and "eady" in kind else "True",
                            "type": kind,
                        }
                        for kind in (
                            "Initialized",
                            "Ready",
                            "ContainersReady",
                            "PodScheduled",
                        )
                    ],
                    "containerStatuses": [
                        {
                            "containerID": f"containerd://{hexes(64)}",
                            "image": f"registry.example/harbor/{app}:4.2.1",
                            "imageID": f"registry.example/harbor/{app}@sha256:"
                            + hexes(64),
                            "lastState": {
                                "terminated": {
                                    "exitCode": 137,
                                    "finishedAt": started,
                                    "reason": "OOMKilled",
                                }
                            }
                            if broken
                            else {},
                            "name": app,
                            "ready": not broken,
                            "restartCount": 17 if broken else 0,
                            "started": not broken,
                            "state": {
                                "waiting": {
                                    "message": "back-off 5m0s restarting failed "
                                    "container",
                                    "reason": "CrashLoopBackOff",
                                }
                            }
                            if broken
                            else {"running": {"startedAt": started}},
                        }
                    ],
                    "hostIP": f"10.0.{1 + at % 3}.10",
                    "phase": "Running",
                    "podIP": f"10.42.{at % 3}.{R.randint(2, 250)}",
                    "qosClass": "Burstable",
                    "startTime": started,
                },
            }
        )
    return {
        "apiVersion": "v1",
        "items": items,
        "kind": "List",
        "metadata": {"resourceVersion": ""},
    }


def ec2_instances() -> dict[str, Any]:
    """Output of `aws ec2 describe-instances`."""
    reservations = []
    for at in range(7):
        launched = moment(6, "+00:00")
        vpc, subnet = "vpc-0a41f7be90c3d2e61", f"subnet-0{hexes(16)}"
        stopped = at == 5
        group = [{"GroupName": "planner-web", "GroupId": "sg-05c1d2f0a9be34871"}]
        private = f"172.31.{R.randint(0, 63)}.{R.randint(2, 250)}"
        public = f"203.0.113.{R.randint(2, 250)}"
        name = f"ec2-{public.replace('.', '-')}.eu-central-1.compute.amazonaws.com"
        reservations.append(
            {
                "ReservationId": f"r-0{hexes(16)}",
                "OwnerId": "481516234200",
                "Groups": [],
                "Instances": [
                    {
                        "Architecture": "x86_64",
                        "BlockDeviceMappings": [
                            {
                                "DeviceName": "/dev/xvda",
                                "Ebs": {
                                    "AttachTime": launched,
                                    "DeleteOnTermination": True,
                                    "Status": "attached",
                                    "VolumeId": f"vol-0{hexes(16)}",
                                },
                            }
                        ],
                        "ClientToken": uuid(),
                        "EbsOptimized": False,
                        "EnaSupport": True,
                        "Hypervisor": "xen",
                        "NetworkInterfaces": [
                            {
                                "Association": {
                                    "IpOwnerId": "amazon",
                                    "PublicDnsName": name,
                                    "PublicIp": public,
                                },
                                "Attachment": {
                                    "AttachTime": launched,
                                    "AttachmentId": f"eni-attach-0{hexes(16)}",
                                    "DeleteOnTermination": True,
                                    "DeviceIndex": 0,
                                    "Status": "attached",
                                    "NetworkCardIndex": 0,
                                },
                                "Description": "",
                                "Groups": group,
                                "Ipv6Addresses": [],
                                "MacAddress": ":".join(hexes(2) for _ in range(6)),
                                "NetworkInterfaceId": f"eni-0{hexes(16)}",
                                "OwnerId": "481516234200",
                                "PrivateIpAddress": private,
                                "SourceDestCheck": True,
                                "Status": "in-use",
                                "SubnetId": subnet,
                                "VpcId": vpc,
                                "InterfaceType": "interface",
                            }
                        ],
                        "RootDeviceName": "/dev/xvda",
                        "RootDeviceType": "ebs",
                        "SecurityGroups": group,
                        "SourceDestCheck": True,
                        "Tags": [
                            {"Key": "Name", "Value": f"planner-web-{at + 1}"},
                            {"Key": "env", "Value": "prod" if at % 3 else "staging"},
                            {"Key": "owner", "Value": PEOPLE[at][0]},
                        ],
                        "VirtualizationType": "hvm",
                        "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 2},
                        "CapacityReservationSpecification": {
                            "CapacityReservationPreference": "open"
                        },
                        "HibernationOptions": {"Configured": False},
                        "MetadataOptions": {
                            "State": "applied",
                            "HttpTokens": "required",
                            "HttpPutResponseHopLimit": 2,
                            "HttpEndpoint": "enabled",
                            "HttpProtocolIpv6": "disabled",
                            "InstanceMetadataTags": "disabled",
                        },
                        "EnclaveOptions": {"Enabled": False},
                        "PlatformDetails": "Linux/UNIX",
                        "UsageOperation": "RunInstances",
                        "UsageOperationUpdateTime": launched,
                        "InstanceId": f"i-0{hexes(16)}",
                        "ImageId": "ami-0d8d7b1f2c3e4a596",
                        "State": {
                            "Code": 80 if stopped else 16,
                            "Name": "stopped" if stopped else "running",
                        },
                        "PrivateDnsName": f"ip-{private.replace('.', '-')}"
                        ".eu-central-1.compute.internal",
                        "PublicDnsName": name,
                        "StateTransitionReason": "User initiated (2026-08-30 07:12:09 "
                        "GMT)"
                        if stopped
                        else "",
                        "KeyName": "planner",
                        "AmiLaunchIndex": 0,
                        "ProductCodes": [],
                        "InstanceType": "t3.medium",
                        "LaunchTime": launched,
                        "Placement": {
                            "AvailabilityZone": f"eu-central-1{'abc'[at % 3]}",
                            "GroupName": "",
                            "Tenancy": "default",
                        },
                        "Monitoring": {"State": "disabled"},
                        "SubnetId": subnet,
                        "VpcId": vpc,
                        "PrivateIpAddress": private,
                        "PublicIpAddress": public,
                    }
                ],
            }
        )
    return {"Reservations": reservations}


CHAT = [
    "Deploy of planner 4.2.1 to prod is done, error rate looks normal :white_check_mark:",
    "<@U05MIRA> the nightly manifest import failed again, same 504 as yesterday",
    "Looking. The proxy timeout is 30 s, I will raise it to 120 s until the fix is out.",
    "Customer ACME asks when partial deliveries will be supported. Any date I can give?",
    "End of the month, if the review of <https://github.com/harborline/tidepool/pull/"
    "1198|#1198> goes well.",
    "Reminder: no merges on Thursday, the auditors need a stable build.",
    "p95 on /containers is down from 2.3 s to 180 ms with the new index :tada:",
    "Is anyone else getting logged out every ten minutes?",
    "Yes, since the cookie change. Rolling it back now.",
    "The Santos customs office accepted all 14 declarations on the second try.",
    "Who owns `ais-feed`? One pod is in CrashLoopBackOff, exit code 137.",
    "That is me. Memory limit is 512Mi and the new vessel index needs about 700.",
    "Raised to 1Gi in <https://github.com/harborline/deploy/pull/402|deploy#402>, please "
    "approve.",
    "Approved, thanks for the quick fix.",
    "Next week's on-call: Jun from Monday, Lena from Friday noon.",
    "Storm warning for the German Bight, Hamburg closes its gates from 18:00 to 06:00.",
    "Rerouting HL-2044 and HL-2051 to Bremerhaven, customers are informed.",
    "The storage invoice for August is 11 % higher than in July. Backups of the test "
    "cluster are kept for a year, is that on purpose?",
    "No, should be 30 days. I'll change the lifecycle rule.",
    "Can someone with access to the carrier portal check booking 77184?",
    "It is confirmed, but for the 19th, not the 17th. Shall I dispute it?",
    "Please do, the contract says two days of tolerance at most.",
    "Done, reference is CLM-58213. They answer within three working days.",
    "Retro notes are in Notion, please add what went well before 4 pm.",
]


def slack_history() -> dict[str, Any]:
    """POST conversations.history."""
    messages = []
    for at in range(24):
        user = f"U05{PEOPLE[at % 16][0][:4].upper()}"
        text = CHAT[at % len(CHAT)]
        stamp = f"{1_788_300_000 - 3571 * at}.{R.randint(0, 999_999):06}"
        message: dict[str, Any] = {
            "user": user,
            "type": "message",
            "ts": stamp,
            "client_msg_id": uuid(),
            "text": text,
            "team": "T04HARBOR",
            "blocks": [
                {
                    "type": "rich_text",
                    "block_id": letters(5),
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [{"type": "text", "text": text}],
                        }
                    ],
                }
            ],
        }
        if at % 4 == 1:
            message |= {
                "thread_ts": stamp,
                "reply_count": R.randint(1, 9),
                "reply_users_count": 2,
                "latest_reply": stamp,
                "reply_users": ["U05MIRA", "U05JTAN"],
                "is_locked": False,
                "subscribed": False,
            }
        if at % 5 == 0:
            message["reactions"] = [
                {"name": "eyes", "users": ["U05LENA", "U05DKHA"], "count": 2}
            ]
        messages.append(message)
    return {
        "ok": True,
        "messages": messages,
        "has_more": True,
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        "response_metadata": {"next_cursor": letters(24) + "=="},
    }


def notion_text(text: str) -> list[dict[str, Any]]:
    """Return a rich text of one run."""
    return [
        {
            "type": "text",
            "text": {"content": text, "link": None},
            "annotations": {
                "bold": False,
                "italic": False,
                "strikethrough": False,
                "underline": False,
                "code": False,
                "color": "default",
            },
            "plain_text": text,
            "href": None,
        }
    ]


def notion_query() -> dict[str, Any]:
    """POST /v1/databases/{id}/query."""
    results = []
    for at in range(10):
        page, title = uuid(), TITLES[(at * 5 + 1) % len(TITLES)]
        status = ["Not started", "In progress", "Done"][at % 3]
        author = {
            "object": "user",
            "id": f"c2f20311-9e54-4d11-8c79-7398424ae4{at % 3}1",
        }
        results.append(
            {
                "object": "page",
                "id": page,
                "created_time": moment(5, ".000Z"),
                "last_edited_time": moment(8, ".000Z"),
                "created_by": author,
                "last_edited_by": author,
                "cover": None,
                "icon": {"type": "emoji", "emoji": "⚓"} if at % 2 else None,
                "parent": {
                    "type": "database_id",
                    "database_id": "d9824bdc-8445-4327-be8b-5b47500af6ce",
                },
                "archived": False,
                "in_trash": False,
                "properties": {
                    "Status": {
                        "id": "%3BLyt",
                        "type": "status",
                        "status": {
                            "id": f"1f2ab7c0-0000-4000-a000-00000000000{at % 3}",
                            "name": status,
                            "color": ["default", "blue", "green"][at % 3],
                        },
                    },
                    "Due": {
                        "id": "M%3BBw",
                        "type": "date",
                        "date": {
                            "start": f"2026-10-{3 + at:02}",
                            "end": None,
                            "time_zone": None,
                        }
                        if at % 4
                        else None,
                    },
                    "Estimate": {"id": "XiCt", "type": "number", "number": 1 + at % 5},
                    "Tags": {
                        "id": "zqQa",
                        "type": "multi_select",
                        "multi_select": [
                            {"id": "flsb", "name": "customs", "color": "orange"}
                        ]
                        if at % 3 == 0
                        else [],
                    },
                    "Notes": {
                        "id": "pT_k",
                        "type": "rich_text",
                        "rich_text": notion_text(
                            BODIES[(at * 5 + 1) % len(BODIES)] or ""
                        ),
                    },
                    "Name": {
                        "id": "title",
                        "type": "title",
                        "title": notion_text(title),
                    },
                },
                "url": f"https://www.notion.so/{title.split()[0]}-"
                + page.replace("-", ""),
                "public_url": None,
            }
        )
    return {
        "object": "list",
        "results": results,
        "next_cursor": uuid(),
        "has_more": True,
        "type": "page_or_database",
        "page_or_database": {},
        "request_id": uuid(),
    }


def sql_rows() -> list[dict[str, Any]]:
    """Select a page of orders, a dict for each row."""
    return [
        {
            "order_id": 77_120 + at,
            "customer": PEOPLE[R.randrange(16)][1],
            "container_no": f"HLXU{R.randint(1_000_000, 9_999_999)}",
            "origin": R.choice(["Yokohama", "Santos", "Hamburg", "Colombo"]),
            "destination": R.choice(["Long Beach", "Rotterdam", "Gdańsk"]),
            "status": R.choice(["booked", "in_transit", "in_transit", "delivered"]),
            "weight_kg": round(R.uniform(800, 26_000), 1),
            "amount": f"{R.randint(900, 9900)}.{R.randint(0, 99):02}",
            "currency": "EUR",
            "hazardous": at % 17 == 0,
            "released_at": None if at % 3 else moment(7),
            "created_at": moment(6),
            "notes": "call before delivery" if at % 23 == 5 else None,
        }
        for at in range(80)
    ]


def search_results() -> dict[str, Any]:
    """Answer a web search tool's query."""
    sites = ["portnews.example", "docs.harborline.example", "freightwiki.example"]
    return {
        "query": "demurrage rates Rotterdam 2026",
        "follow_up_questions": None,
        "answer": None,
        "images": [],
        "results": [
            {
                "title": f"{subject} | {sites[at % 3]}",
                "url": f"https://{sites[at % 3]}/{subject.lower().replace(' ', '-')}",
                "content": f"{subject}: "
                + " ".join(
                    R.sample(
                        [
                            "Free time at the terminal is four working days for dry "
                            "containers and two for reefers.",
                            "After that the first tier is 45 EUR a day, the second, "
                            "from day eight, 90 EUR.",
                            "The tariff of 1 January 2026 replaces all earlier ones "
                            "and excludes customs storage.",
                            "Carriers may grant longer free time by contract, which "
                            "then must be shown on the invoice.",
                            "A strike or a closed gate stops the clock only if the "
                            "terminal has announced it in writing.",
                            "Weekends count once free time is over, public holidays "
                            "do not.",
                            "Disputes must be filed within thirty days after the "
                            "invoice, with gate tickets attached.",
                        ],
                        k=5,
                    )
                ),
                "score": round(0.93 - 0.037 * at + R.uniform(0, 0.01), 7),
                "raw_content": None,
                "favicon": f"https://{sites[at % 3]}/favicon.ico",
            }
            for at, subject in enumerate(
                [
                    "Demurrage and detention explained",
                    "Rotterdam terminal tariffs",
                    "Free time for reefer containers",
                    "How to dispute a demurrage invoice",
                    "Port congestion report September",
                    "Container detention calculator",
                    "Storage charges at Maasvlakte",
                    "Incoterms and who pays demurrage",
                    "Carrier tariffs compared",
                    "Gate closures and force majeure",
                    "Glossary of port charges",
                    "Merged haulage against carrier haulage",
                    "What the 2026 tariff changes",
                    "Invoices: what must be on them",
                ]
            )
        ],
        "response_time": 1.67,
        "request_id": uuid(),
    }


def main() -> None:
    """Write every payload with the whitespace that its vendor sends."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for make, indent in (
        (github_issues, None),
        (stripe_charges, 2),
        (jira_search, None),
        (kubernetes_pods, 4),
        (ec2_instances, 4),
        (slack_history, None),
        (notion_query, None),
        (sql_rows, None),
        (search_results, None),
    ):
        text = json.dumps(
            make(),
            ensure_ascii=False,
            indent=indent,
            separators=(",", ": ") if indent else (",", ":"),
        )
        path = FOLDER / f"{make.__name__}.json"
        path.write_text(text + "\n", encoding="utf-8", newline="\n")
        print(f"{len(text) / 1000:7.1f} kB  {path.name}")


if __name__ == "__main__":
    main()
