import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.tool_outputs.dropping import Policy, leaves, prune, unmatched
from headroom.tool_outputs.values import Cut, Numeral

NOTHING = Policy(drop_links=False, drop_opaque=False)
API = "https://api.github.com"


def pruned(value: Any, **options: Any) -> Any:
    return prune(value, Policy(**options))[0]


def gone(value: Any, **options: Any) -> dict[tuple[str | int, ...], str]:
    return {d.path: d.reason for d in prune(value, Policy(**options))[1]}


def without(value: Any, paths: list[tuple[str | int, ...]]) -> Any:
    value = copy.deepcopy(value)
    for *parents, last in reversed(paths):
        place = value
        for step in parents:
            place = place[step]
        del place[last]
    return value


def without_cuts(value: Any) -> Any:
    """Return the tree as decode gives it back: a marker is an absence."""
    if isinstance(value, dict):
        return {k: without_cuts(v) for k, v in value.items() if not isinstance(v, Cut)}
    if isinstance(value, list):
        return [without_cuts(v) for v in value if not isinstance(v, Cut)]
    return value


UUID = "93a9556e-c5ae-4961-aeea-e0a5b2e7a65f"

# Keys and values of real APIs in every mixture, so that the rules meet one another.
KEYS = st.sampled_from(
    """
    id name url html_url users_url self avatar_url icon node_id _links links href next
    managedFields annotations text plain_text content body body_html svn_url user items
    a b a.b 80/tcp ResponseMetadata RequestId thumbnail signature thinking type
    expand request_id object results value from to
    """.split()  # noqa: SIM905 - a list of words
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 12),
    st.sampled_from(
        [
            "",
            "octocat",
            "7",
            "v1",
            f"{API}/users/octocat",
            f"{API}/users/octocat/7",
            f"{API}/v1/7{{/id}}",
            "/v1/things/octocat",
            "https://github.com/octocat/7",
            "https://example.com/a.png",
            "MDQ6VXNlcjE=",
            "<p>octocat</p>",
            "A" * 140,
            "a,b",
            UUID,
            "…3 cut",
        ]
    ),
    st.sampled_from([0.0, 1.5, Numeral("1e400"), Cut(3)]),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=6)
    ),
    max_leaves=40,
)
PATTERNS = st.lists(
    st.one_of(
        KEYS, st.sampled_from(["user.id", "*_url", "items.*.id", "**.name", "*"])
    ),
    max_size=2,
)
POLICIES = st.builds(
    Policy,
    drop_nulls=st.booleans(),
    drop_empty=st.booleans(),
    drop_links=st.booleans(),
    drop_opaque=st.booleans(),
    exclude_keys=PATTERNS,
    keep_keys=PATTERNS,
    only_keys=st.one_of(st.just([]), PATTERNS),
    max_depth=st.one_of(st.none(), st.integers(1, 4)),
)


# -- laws


@given(TREES, POLICIES)
def test_a_second_pass_drops_nothing(tree: Any, policy: Policy) -> None:
    once = prune(tree, policy)[0]
    twice, dropped = prune(once, policy)
    assert twice is once
    assert dropped == []


@given(TREES, POLICIES)
def test_the_result_is_the_input_without_exactly_the_dropped_paths(
    tree: Any, policy: Policy
) -> None:
    result, dropped = prune(tree, policy)
    # A marker that the input held is data here; only new ones are absences.
    was = without_cuts(without(tree, [d.path for d in dropped]))
    assert repr(without_cuts(result)) == repr(was)


@given(TREES, POLICIES)
def test_dropped_paths_are_in_the_input_once_and_never_inside_one_another(
    tree: Any, policy: Policy
) -> None:
    paths = [d.path for d in prune(tree, policy)[1]]
    for path in paths:
        place = tree
        for step in path:
            place = place[step]
    assert len(set(paths)) == len(paths)
    assert not any(a != b and b[: len(a)] == a for a in paths for b in paths)


@given(TREES, POLICIES)
def test_counts_are_the_leaves_below_each_path(tree: Any, policy: Policy) -> None:
    for drop in prune(tree, policy)[1]:
        place = tree
        for step in drop.path:
            place = place[step]
        assert drop.leaves == leaves(place) >= 1


@given(TREES, POLICIES)
def test_the_input_is_never_changed(tree: Any, policy: Policy) -> None:
    before = repr(tree)
    prune(tree, policy)
    assert repr(tree) == before


@given(TREES, POLICIES)
def test_markers_count_every_leaf_they_stand_for(tree: Any, policy: Policy) -> None:
    result, dropped = prune(tree, policy)
    assert leaves(result) <= leaves(tree)
    cut = {d.path: d.leaves for d in dropped if d.reason == "max_depth"}
    assert all(count >= 1 for count in cut.values())


@given(TREES)
def test_with_every_rule_off_the_very_object_comes_back(tree: Any) -> None:
    result, dropped = prune(tree, NOTHING)
    assert result is tree
    assert dropped == []


@given(st.dictionaries(KEYS, TREES))
def test_what_the_caller_keeps_stays_whole(tree: Any) -> None:
    assert pruned(tree, keep_keys=["*"], exclude_keys=["*"], max_depth=1) is tree


# -- nulls and empties


BLANKS = {"a": None, "b": "", "c": [], "d": {}}


def test_nulls_and_empties_stay_unless_asked_for() -> None:
    value = {"total": 0, "rows": [{"id": 1, **BLANKS}, BLANKS], **BLANKS}
    assert prune(value, Policy()) == (value, [])


def test_only_null_and_empty_members_of_objects_go() -> None:
    stays = {"zero": 0, "no": False, "f": 0.0, "blank": " "}
    options = {"drop_nulls": True, "drop_empty": True}
    assert pruned({**BLANKS, **stays}, **options) == stays
    assert gone({**BLANKS, **stays}, **options) == {
        ("a",): "null", ("b",): "empty", ("c",): "empty", ("d",): "empty",
    }  # fmt: skip


def test_null_is_not_empty() -> None:
    assert pruned({"a": None, "b": ""}, drop_empty=True) == {"a": None}
    assert pruned({"a": None, "b": ""}, drop_nulls=True) == {"b": ""}


def test_elements_of_arrays_keep_their_places() -> None:
    value = [None, "", [], {}, [None, 1], {"a": None, "b": 1}]
    left = pruned(value, drop_nulls=True, drop_empty=True)
    assert left == [None, "", [], {}, [None, 1], {"b": 1}]


@pytest.mark.parametrize("root", [None, "", [], {}, 0, "https://api.x.com/v1/1"])
def test_the_root_stays(root: Any) -> None:
    policy = Policy(drop_nulls=True, drop_empty=True, exclude_keys=["*"], max_depth=1)
    assert prune(root, policy) == (root, [])


def test_an_object_that_lost_all_members_goes_with_the_empties() -> None:
    value = {"id": 1, "address": {"city": None, "street": {"name": ""}}}
    policy = Policy(drop_nulls=True, drop_empty=True)
    left, (drop,) = prune(value, policy)
    assert left == {"id": 1}
    assert (drop.path, drop.reason, drop.leaves) == (("address",), "empty", 2)
    assert pruned(value, drop_nulls=True) == {
        "id": 1,
        "address": {"street": {"name": ""}},
    }


def test_a_row_that_became_empty_stays_a_row() -> None:
    value = {"rows": [{"a": None, "b": ""}, {"a": 1, "b": ""}]}
    assert pruned(value, drop_nulls=True, drop_empty=True) == {"rows": [{}, {"a": 1}]}


# -- links


def test_api_links_of_a_github_user_go_and_the_page_stays() -> None:
    user = {
        "login": "octocat",
        "id": 1,
        "node_id": "MDQ6VXNlcjE=",
        "avatar_url": "https://avatars.githubusercontent.com/u/1?v=4",
        "gravatar_id": "0ee126d1abcd3c5b4f178b8d77af95ae",
        "url": f"{API}/users/octocat",
        "html_url": "https://github.com/octocat",
        "followers_url": f"{API}/users/octocat/followers",
        "gists_url": f"{API}/users/octocat/gists{{/gist_id}}",
        "type": "User",
        "site_admin": False,
    }
    assert pruned(user) == {
        "login": "octocat",
        "id": 1,
        "html_url": "https://github.com/octocat",
        "type": "User",
        "site_admin": False,
    }
    assert gone(user) == {
        ("node_id",): "opaque id",
        ("avatar_url",): "image link",
        ("gravatar_id",): "opaque id",
        ("url",): "API link",
        ("followers_url",): "API link",
        ("gists_url",): "API link",
    }


@pytest.mark.parametrize(
    "item",
    [
        # The address is what the item is about.
        {"title": "Charges", "url": "https://api.stripe.com/v1/docs/charges"},
        {"name": "orders", "url": "https://api.shop.com/v1/orders", "method": "GET"},
        {"name": "v1", "url": "https://api.shop.com/v1/"},
        {"url": "https://api.corp.com/hooks/abc", "content_type": "json"},
        {"href": "https://api.example.com/orders/1"},
        {"id": 7, "callback_url": "https://api.corp.com/v1/done/7"},
        # Reddit: where the post leads.
        {"id": "3i6z8w", "url": "https://www.reddit.com/r/AskReddit/comments/3i6z8w/"},
        {"id": "x1", "link_url": "https://i.redd.it/x1.jpeg"},
        # GCP: the zone and the type of a machine are named by an address.
        {"name": "vm-1", "zone": "https://www.googleapis.com/compute/v1/p/zones/b-1"},
        {
            "id": "9",
            "machineType": "https://www.googleapis.com/compute/v1/p/9/e2-small",
        },
        # Security Hub, Spotify, Notion, GitLab, Stripe, AWS
        {"Id": "S3.1", "Url": "https://docs.aws.amazon.com/console/securityhub/S3.1"},
        {"id": "4aaw", "external_urls": {"spotify": "https://open.spotify.com/a/4aaw"}},
        {
            "id": "39ab",
            "upload_url": "https://api.notion.com/v1/file_uploads/39ab/send",
        },
        {"id": 4, "git_ssh_url": "git@gitlab.com:a/4.git"},
        {"id": 4, "clone_url": "https://api.example.com/v1/4.git"},
        {"id": "re_1", "receipt_url": "https://pay.stripe.com/receipts/re_1"},
        {"id": 12, "archive_download_url": f"{API}/artifacts/12/zip"},
        {"id": 12, "permalink_url": "https://api.soundcloud.com/v1/12"},
        # Pagination
        {"count": 2, "next": "https://api.example.com/v1/items?page=2"},
        {"page": 2, "next_url": "https://api.example.com/v1/items?page=2"},
        {"page": 2, "prev_page_url": "https://api.example.com/v1/items?page=1"},
        {"nextPageToken": "CAUQAA", "items": [1]},
        # A relative page of a site, not an API.
        {"slug": "my-post", "url": "/blog/my-post"},
        {"id": 5, "url": "not a link / 5"},
    ],
)
def test_addresses_that_are_the_datum_stay(item: dict[str, Any]) -> None:
    assert pruned(item) == item
    assert pruned({"items": [item, item]}) == {"items": [item, item]}


def test_a_link_goes_when_the_object_around_it_says_where_it_leads() -> None:
    commit = {
        "sha": "5b0224e8",
        "commit": {"message": "Fix", "url": f"{API}/git/commits/5b0224e8"},
    }
    assert pruned(commit) == {"sha": "5b0224e8", "commit": {"message": "Fix"}}


def test_a_link_said_by_a_name_alone_stays() -> None:
    """Two labels of two projects may have one name."""
    issue = {
        "number": 1347,
        "html_url": "https://github.com/o/r/issues/1347",
        "url": f"{API}/repos/o/r/issues/1347",
        "labels": [{"name": "bug", "url": f"{API}/repos/o/r/labels/bug"}],
    }
    assert gone(issue) == {("url",): "API link"}


@pytest.mark.parametrize(
    "link",
    [
        "https://jira.example.com/rest/agile/1.0/sprint/846",
        "https://example.com/api/sprints/846",
        "https://dev.azure.com/org/_apis/sprints/846",
        "https://www.googleapis.com/compute/v1/sprints/846",
        "//api.example.com/sprints/846",
        "https://eu-api.example.com/x/846",
        "/v1/sprints/846",
    ],
)
def test_api_hosts_and_paths_are_known_by_their_shape(link: str) -> None:
    assert pruned({"id": 846, "self": link}) == {"id": 846}


def test_relations_go_except_what_somebody_follows() -> None:
    pull = {
        "html_url": "https://github.com/o/r/pull/1",
        "_links": {
            "self": {"href": f"{API}/repos/o/r/pulls/1"},
            "edit": {"href": f"{API}/repos/o/r/pulls/1/edit"},
        },
    }
    assert pruned(pull) == {
        "html_url": "https://github.com/o/r/pull/1",
        "_links": {"edit": {"href": f"{API}/repos/o/r/pulls/1/edit"}},
    }
    page = {
        "size": 2,
        "_links": {
            "self": {"href": "https://example.com/rest/api/content"},
            "next": {"href": "https://example.com/rest/api/content?start=2"},
            "webui": "/display/x",
            "checkout": {"href": "https://example.com/rest/api/pay/1"},
            "curies": [{"href": "https://example.com/rest/api/rels/{rel}"}],
        },
    }
    left = pruned(page)
    assert left == page
    index = {"_links": {"orders": {"href": "https://api.example.com/orders"}}}
    assert pruned(index) == index


def test_decorating_pictures_go_unless_they_are_all_there_is() -> None:
    person = {
        "key": "mia",
        "avatarUrls": {"16x16": "https://x.org/a?size=s", "48x48": "https://x.org/a"},
    }
    assert pruned(person) == {"key": "mia"}
    assert gone(person) == {("avatarUrls",): "image link"}
    only = {"avatar_url": "https://x.org/a.png"}
    assert pruned(only) == only
    sizes = {"16x16": "https://x.org/a.png", "name": "logo"}
    assert pruned(sizes) == sizes
    post = {"id": 1, "image_url": "https://x.org/cat.png", "header": "Cats"}
    assert pruned(post) == post


# -- opaque ids, bookkeeping and copies


def test_keys_named_like_ids_keep_values_that_are_none() -> None:
    package = {
        "dependencies": {"etag": "^1.8.1", "node_id": "^1.0.0", "gravatar_id": "*"}
    }
    assert pruned(package) == package


@pytest.mark.parametrize(
    "key", ["etag", "snapshot_id", "fingerprint", "resourceVersion", "ETag", "sha"]
)
def test_what_the_next_write_needs_stays(key: str) -> None:
    value = {"name": "x", key: '"33a64df551425fcc55e4d42a148795d9f25f89d4"'}
    assert pruned(value) == value
    value = {"name": "x", key: "BwWWja0YfJA="}
    assert pruned(value) == value


def test_generation_and_verification_stay() -> None:
    value = {"generation": 3, "commit": {"verification": {"verified": False}}}
    assert pruned(value) == value


def test_bookkeeping_goes() -> None:
    applied = "kubectl.kubernetes.io/last-applied-configuration"
    pod = {
        "metadata": {
            "name": "web",
            "annotations": {
                applied: '{"kind":"Pod","metadata":{"name":"web","annotations":{}}}\n'
            },
            "managedFields": [
                {
                    "manager": "kubectl",
                    "operation": "Update",
                    "fieldsType": "FieldsV1",
                    "fieldsV1": {"f:metadata": {"f:annotations": {}}},
                }
            ],
        }
    }
    assert pruned(pod) == {
        "metadata": {
            "name": "web",
            "annotations": {},
            "managedFields": [{"manager": "kubectl", "operation": "Update"}],
        }
    }
    reply = {"ResponseMetadata": {"RequestId": "1", "HTTPStatusCode": 200}}
    assert pruned(reply) == reply
    other = {"name": "x", "ResponseMetadata": "text", "managedFields": ["a"]}
    assert pruned(other) == other


@pytest.mark.parametrize(
    "value",
    [
        {"expand": "all", "panel": "left"},
        {"expand": "Application,Programming,Interface", "term": "API"},
        {"select": "id,name", "expand": "manager,directReports", "top": 5},
        {"expand": "left", "left": {"w": 1}, "right": {"w": 2}},
        {"jqlFilter": "project = A", "expand": "names,schema"},
        {"request_id": UUID, "object": "deletion_request", "status": "queued"},
        {"request_id": UUID, "object": "page", "id": "7", "error": {"code": 500}},
        {"expand": "Show more, and less", "panel": "left"},
        {"expand": True, "panel": "left"},
        {"expand": "a,b"},
        {"request_id": UUID, "object": "error", "code": "unauthorized"},
        {"request_id": UUID, "level": "warn", "event": "timeout"},
        {"lines": [{"request_id": UUID, "object": "page", "id": "p1", "n": 1}]},
        {"request_id": "req-7", "object": "page", "id": "p1", "title": "Plan"},
    ],
)
def test_what_only_looks_like_it_stays(value: dict[str, Any]) -> None:
    assert prune(value, Policy()) == (value, [])


@pytest.mark.parametrize(
    ("key", "inner", "rows"),
    [
        # What the object around says decides on what lies in an equal one.
        (
            "comments",
            {"total": 3, "url": f"{API}/issues/1347/comments"},
            [{"number": 1347}, {"number": 5}],
        ),
        (
            "admins",
            {"id": "a", "url": f"{API}/things/7/admins"},
            [{"url": f"{API}/things/7"}, {"url": f"{API}/things/8"}],
        ),
    ],
)
def test_an_object_that_comes_again_is_judged_by_where_it_lies(
    key: str, inner: dict[str, Any], rows: list[dict[str, Any]]
) -> None:
    value = [{**row, key: dict(inner)} for row in rows]
    once = pruned(value)
    assert once[0][key] != inner
    assert once[1][key] == inner


def test_each_row_must_say_what_its_own_link_says() -> None:
    # Links that are spelled as in the row before are not taken apart again.
    link = "https://api.acme.com/rest/api/2/tickets/{}"
    rows = [
        {"id": 7, "self": link.format(7)},
        {"id": 8, "self": link.format(9)},
        {"id": 9, "method": "GET", "self": link.format(9)},
        {"name": "none", "self": link.format("")},
        {"id": "10", "self": link.format(10)},
        {"id": True, "self": link.format(True)},
    ]
    assert pruned(rows) == [{"id": 7}, *rows[1:4], {"id": "10"}, rows[5]]


def test_blobs_that_only_their_writer_reads_go_and_signatures_stay() -> None:
    blob = "Eu6SAgrqkgIIARLkkgIB" * 20
    assert pruned({"type": "reasoning", "encrypted_content": blob}) == {
        "type": "reasoning"
    }
    signed = {"KeyId": "k", "signature": blob}
    assert pruned(signed) == signed
    short = {"type": "reasoning", "thoughtSignature": "abc"}
    assert pruned(short) == short


def test_a_copy_goes_only_if_the_original_says_all_of_it() -> None:
    comment = {
        "body": "See **the** [rules](/r/x) &amp; don't",
        "body_html": '<div class="md"><p>See <b>the</b> <a href="/r/x">rules</a> '
        "&amp; don&#39;t</p></div>",
    }
    assert gone(comment) == {("body_html",): "copy"}
    more = {"body": "Short", "body_html": "<p>Short and more</p>"}
    assert pruned(more) == more
    alone = {"id": 1, "body_html": "<p>Only here</p>"}
    assert pruned(alone) == alone
    run = {"text": {"content": "Hi"}, "plain_text": "Hi"}
    assert pruned(run) == {"text": {"content": "Hi"}}
    assert "plain_text" in pruned(run, max_depth=1)
    plain = {"bold": False, "italic": False, "color": "default"}
    assert pruned({"text": "Hi", "annotations": plain}) == {"text": "Hi"}
    bold = {"text": "Hi", "annotations": {**plain, "bold": True}}
    assert pruned(bold) == bold


# -- the caller's keys


def test_keys_match_exactly_at_any_depth() -> None:
    value = {"url": 1, "urls": 2, "Url": 3, "a": [{"url": 4, "b": 5}]}
    left = pruned(value, exclude_keys=["url", "node_id"])
    assert left == {"urls": 2, "Url": 3, "a": [{"b": 5}]}
    assert gone(value, exclude_keys=["url"])["a", 0, "url"] == "excluded key"


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("user.url", {"url": 1, "user": {"id": 2}, "items": [{"user": {"url": 3}}]}),
        (
            "items.user.url",
            {"url": 1, "user": {"url": 2, "id": 2}, "items": [{"user": {}}]},
        ),
        ("**.user.url", {"url": 1, "user": {"id": 2}, "items": [{"user": {}}]}),
        ("*.url", {"url": 1, "user": {"id": 2}, "items": [{"user": {"url": 3}}]}),
        ("*.*.url", {"url": 1, "user": {"url": 2, "id": 2}, "items": [{"user": {}}]}),
        ("u*", {"items": [{}]}),
    ],
)
def test_paths_start_at_the_root_and_pass_through_arrays(
    pattern: str, left: Any
) -> None:
    value = {"url": 1, "user": {"url": 2, "id": 2}, "items": [{"user": {"url": 3}}]}
    assert pruned(value, exclude_keys=[pattern]) == left


def test_keys_that_hold_dots_or_regex_signs_match_as_they_are() -> None:
    value = {"a.b": 1, "a": {"b": 2, "c": 3}, "x+": 4, "": 5}
    assert pruned(value, exclude_keys=["a.b"]) == {"a": {"c": 3}, "x+": 4, "": 5}
    assert pruned(value, exclude_keys=["x+", ""]) == {"a.b": 1, "a": {"b": 2, "c": 3}}
    labels = {"labels": {"app.k8s.io/name": 1, "app": 2}}
    assert pruned(labels, exclude_keys=["labels.app.k8s.io/name"]) == {
        "labels": {"app": 2}
    }


def test_keep_wins_over_every_rule_inside_too() -> None:
    value = {
        "id": 1,
        "url": f"{API}/things/1",
        "note": None,
        "extra": {"a": None, "b": {"c": {"d": ""}}},
        "_links": {"self": f"{API}/things/1", "edit": f"{API}/things/1/edit"},
    }
    kept = pruned(
        value,
        keep_keys=["url", "note", "extra", "_links.edit"],
        exclude_keys=["url", "extra"],
        max_depth=1,
    )
    assert kept["url"] == value["url"]
    assert kept["note"] is None
    assert kept["extra"] == value["extra"]
    assert kept["_links"]["edit"] == f"{API}/things/1/edit"


def test_what_is_kept_inside_an_excluded_value_survives_alone() -> None:
    value = {"raw": [{"id": 1, "x": 2, "y": [3]}, {"x": 4}, 5], "b": 6}
    left, dropped = prune(value, Policy(exclude_keys=["raw"], keep_keys=["id"]))
    assert left == {"raw": [{"id": 1}, {}], "b": 6}
    assert [d.path for d in dropped] == [
        ("raw", 0, "x"), ("raw", 0, "y"), ("raw", 1, "x"), ("raw", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "gone"),
    [
        # The address of an object inside another, of which the other says the rest.
        (
            {
                "url": "https://api.x.com/repos/o/secret/branches/main/protection",
                "strict": True,
                "enforce_admins": {
                    "url": "https://api.x.com/repos/o/secret/branches/main/"
                    "protection/enforce_admins",
                    "enabled": True,
                },
            },
            [("enforce_admins", "url")],
        ),
        # One beside `url`, with a template and the plural that its key asks for.
        (
            {
                "url": "https://api.x.com/organizations/9/team/7",
                "name": "a",
                "members_url": "https://api.x.com/organizations/9/team/7/members{/member}",
            },
            [("members_url",)],
        ),
    ],
)
def test_addresses_of_which_all_is_said_beside_or_around_go(
    value: dict[str, Any], gone: list[tuple[str, ...]]
) -> None:
    left, dropped = prune(value, Policy())
    assert sorted(d.path for d in dropped) == sorted(gone)
    assert prune(left, Policy()) == (left, [])


@pytest.mark.parametrize(
    "inner",
    [
        # Nothing else is left of the object.
        {"url": "https://api.x.com/secret/restrictions"},
        # Not the key under which it lies.
        {"url": "https://api.x.com/secret/others", "n": 1},
        # Said by nobody.
        {"url": "https://api.x.com/hidden/restrictions", "n": 1},
        {"url": "https://api.x.com/secret/restrictions?token=s3cr3t", "n": 1},
    ],
)
def test_addresses_that_only_resemble_the_one_around_stay(
    inner: dict[str, Any],
) -> None:
    value = {"url": "https://api.x.com/secret", "restrictions": inner, "on": True}
    assert pruned(value) == value


@pytest.mark.parametrize(
    "value",
    [
        # Actions, beside the address that they extend and under their own name.
        {
            "orders": [
                {
                    "id": "zz",
                    "refund_url": "https://api.x.com/v1/orders/q9/refund",
                    "merge_url": "https://api.x.com/v1/orders/q9/merge",
                    "ping_url": "https://api.x.com/v1/orders/q9/pings",
                    "start": {
                        "url": "https://api.x.com/v1/orders/q9/start",
                        "name": "Start",
                    },
                }
            ]
        },
        {"id": 5501, "deploy": {"secret": "s", "url": "/v1/apps/5501/deploy"}},
        # A list of endpoints beside things that have addresses there too.
        {
            "services": [{"name": "orders", "url": "https://api.x.com/v1/orders"}],
            "probes": [{"name": "users", "url": "https://api.x.com/v1/users"}],
        },
        {
            "monitors": [{"name": "orders", "url": "/v1/orders"}],
            "checks": [{"name": "users", "url": "/v1/users"}],
            "n": 1,
        },
        {
            "name": "Shop API",
            "url": "https://api.x.com/v1",
            "users_url": "https://api.x.com/v1/users",
        },
        # A name that looks like a word: what follows a plural is one of these.
        [
            {"name": "web-1", "selfLink": f"/api/v1/namespaces/{space}/pods/web-1"}
            for space in ("prod", "staging")
        ],
        {"issues": [{"number": 1, "url": "https://api.x.com/repos/o/alpha/issues/1"}]},
        # Two hosts: which it is, only the address says.
        {
            "orders": [
                {"id": 70011, "url": "https://api.x.com/v1/orders/70011"},
                {"id": 70012, "url": "https://api.staging.x.com/v1/orders/70012"},
            ]
        },
        {
            "id": 1,
            "external_reference": {
                "id": "r9001",
                "url": "https://api.third.dev/v1/references/r9001",
            },
        },
        # Which of several ids it is.
        {
            "id": 12345,
            "reporter": {"id": 1111, "name": "a"},
            "editor": {"id": 2222, "name": "b"},
            "approver_url": "https://api.x.com/v1/approvers/2222",
        },
        {"total": 67890, "customer_url": "https://api.x.com/v1/customers/67890"},
        # That there is such a thing is what the object says.
        {
            "id": 7001,
            "permissions": {"read": {"url": "https://api.x.com/v1/7001/read"}},
        },
        {"id": 7001, "orders": [{"url": "https://api.x.com/v1/orders/7001"}]},
        {"number": 7, "pull_request": {"url": "https://api.x.com/v1/pulls/7"}},
        # Entries of links that say more than an address, and what somebody follows.
        {
            "id": 5123,
            "_links": {
                "comments": {
                    "href": "https://api.x.com/v1/posts/5123/comments",
                    "count": 4,
                },
                "self": {"href": "https://api.x.com/v1/posts/5123", "token": "s3"},
            },
        },
        {
            "id": 5123,
            "html_url": "https://x.com/5123",
            "_links": {"approve": {"href": "https://x.com/5123"}},
        },
        # The user's own value; what is read by its address; paging.
        {"id": "p98761", "Docs": {"type": "url", "url": "/v1/docs/p98761"}},
        {"contents": [{"uri": "/v1/contents/9001", "id": "9001", "text": "hi"}]},
        {"id": 9001, "more_issues_url": "https://api.x.com/v1/u/9001/issues?page=2"},
    ],
)
def test_addresses_that_say_more_than_what_stands_beside_them_stay(value: Any) -> None:
    assert pruned(value) == value


def test_actions_beside_the_address_that_they_extend_stay() -> None:
    base = "https://api.x.com/v1/orders/5501"
    verbs = ["refund", "void", "merge", "ping", "restart", "publish", "approve"]
    actions = {f"{verb}_url": f"{base}/{verb}" for verb in verbs}
    order = {"id": 5501, "status": "open", "url": base, **actions}
    assert pruned({"orders": [order]}) == {
        "orders": [{"id": 5501, "status": "open", **actions}]
    }


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<a href="https://x.io/reset?token=9f8">Click here</a>', "Click here"),
        ("<p>See <img src='/c.png' alt='Revenue fell 40 %'></p>", "See"),
        ("<del>10</del> 20", "10 20"),
        ("<p>ok \u2705 \u274c</p>", "ok"),
        ("<p>total 12,34 and +5</p>", "total 12.34 and -5 12 34"),
        ("<p>write to</p> <ada@example.com>", "write to"),
        ("<p>dog bites man</p>", "man bites dog"),
        ("<p><b>&#36;</b>49.99</p>", "49.99"),
        ("<p>- 5 %</p>", "5"),
        ("<p>5 &lt; 7</p>", "5 7"),
        ("<li><input type='checkbox' checked>Pay</li>", "Pay"),
        ("<p>10<sup>6</sup> cells</p>", "106 cells"),
        ("<p><span style='text-decoration:line-through'>free</span></p>", "free"),
        ("<td data-status='failed'>12</td>", "12"),
        ("<p>score <meter value='0.7'></meter></p>", "score"),
        ("<p>49 170</p>", "+49 170"),
        ("<p>5 degrees</p>", "-5 degrees"),
    ],
)
def test_markup_that_says_more_than_the_text_is_no_copy(markup: str, text: str) -> None:
    value = {"id": 1, "body": text, "body_html": markup}
    assert pruned(value) == value


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<h2>Plan</h2><ol><li>a</li></ol>", "## Plan\n\n1. a"),
        ('<a href="https://x.io/a?b=1">docs</a>', "[docs](https://x.io/a?b=1)"),
        ("<p>Yes <del>no</del>...</p>", "Yes ~~no~~..."),
        ("<ul><li>a</li><li>-5</li></ul>", "- a\n+ -5"),
    ],
)
def test_markup_that_renders_the_text_is_a_copy(markup: str, text: str) -> None:
    assert pruned({"id": 1, "body": text, "body_html": markup}) == {
        "id": 1,
        "body": text,
    }


def test_what_max_depth_cut_proves_as_little_as_before() -> None:
    value = {
        "external": [
            {"id": "", "_links": {"a": "b"}, "url": "https://shop.io/v1/users/engine",
             "node_id": "octo-org/engine"},
        ],
        "s": "t",
    }  # fmt: skip
    once = pruned(value, max_depth=2)
    assert pruned(once, max_depth=2) == once


@pytest.mark.parametrize("links", [1, 2, 3])
def test_a_link_is_judged_alike_alone_and_after_others(links: int) -> None:
    """Those after the first are judged by what they begin with."""
    base = "https://api.x.com/repos/ada/engine7"
    tails = {
        "forks_url": "/forks",
        "keys_url": "/keys{/key_id}",
        "teams_url": "/members",
        "merge_url": "/merge",
        "tags_url": "/tags/s3cr3t",
        "hooks_url": "/hooks?token=s3cr3t",
        "blobs_url": "/git/blobs{/sha}",
        "stargazers_url": "/stargazers/latest",
    }
    said = {"id": 7, "full_name": "ada/engine7"}
    before = {"issues_url": f"{base}/issues", "labels_url": f"{base}/labels{{/name}}"}
    first = dict(list(before.items())[: links - 1])
    together = pruned({**said, **first, **{k: base + t for k, t in tails.items()}})
    for key, tail in tails.items():
        alone = pruned({**said, key: base + tail})
        assert (key in together) == (key in alone), key


def test_the_account_of_links_is_in_the_order_of_the_input() -> None:
    """It was in the order of a set, so another in each process."""
    names = [f"{c}{c}ks" for c in "zyxwvutrqponmlkjihgfedcba"]
    links = {n: {"href": f"https://api.x.com/things/71234/{n}"} for n in names}
    value = {"id": 71234, "_links": {**links, "edit": {"href": "https://a.b/c"}}}
    dropped = prune(value, Policy())[1]
    assert [d.path[1] for d in dropped] == names


# -- max_depth


def test_what_lies_deeper_than_max_depth_leaves_a_marker() -> None:
    value = {"a": {"b": {"c": 1}}}
    left, (drop,) = prune(value, Policy(max_depth=2))
    assert left == {"a": {"b": Cut(1)}}
    assert (drop.path, drop.reason, drop.leaves) == (("a", "b"), "max_depth", 1)
    assert pruned(value, max_depth=1) == {"a": Cut(1)}
    assert pruned(value, max_depth=3) == value


def test_arrays_belong_to_the_level_of_their_key() -> None:
    rows = {"rows": [{"id": 1, "user": {"login": "a"}, "tags": ["x", "y"]}]}
    assert pruned(rows, max_depth=2) == {
        "rows": [{"id": 1, "user": Cut(1), "tags": ["x", "y"]}]
    }
    assert pruned(rows, max_depth=1) == {"rows": Cut(4)}
    assert pruned([{"id": 1, "user": {"login": "a"}}], max_depth=1) == [
        {"id": 1, "user": Cut(1)}
    ]
    assert pruned({"m": [[1, 2], [3, 4]]}, max_depth=1) == {"m": Cut(4)}
    assert pruned([[1, 2], [3, 4]], max_depth=1) == [[1, 2], [3, 4]]
    assert pruned({"mixed": [1, {"a": 2}]}, max_depth=1) == {"mixed": [1, Cut(1)]}


def test_empty_containers_and_what_is_kept_are_not_cut() -> None:
    value = {"a": {"b": {}, "c": [], "d": [{}]}}
    assert pruned(value, max_depth=2, drop_empty=False) == value
    deep = {"a": {"b": {"c": {"id": 1, "x": 2}}}}
    assert pruned(deep, max_depth=1, keep_keys=["id"]) == deep


# -- arguments


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"exclude_keys": "url"}, TypeError, r"exclude_keys=\['url'\]"),
        ({"keep_keys": 3}, TypeError, "keep_keys is a list of keys, got 3"),
        ({"keep_keys": [3]}, TypeError, "holds strings, got 3"),
        ({"max_depth": 0}, ValueError, "at least 1, got 0"),
        ({"max_depth": 1.5}, TypeError, "whole number"),
        ({"max_depth": True}, TypeError, "whole number"),
        ({"drop_nulls": 1}, TypeError, "drop_nulls is True or False, got 1"),
    ],
)
def test_wrong_options_are_refused_with_a_way_out(
    options: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        Policy(**options)


def test_a_policy_survives_pickling_and_equals_its_copy() -> None:
    policy = Policy(exclude_keys=["a", "b"], max_depth=2)  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(policy)) == policy
    assert policy.exclude_keys == ("a", "b")


def test_the_account_is_in_the_order_of_the_input() -> None:
    value = json.loads(
        '{"a":null,"b":{"c":null,"d":1},"e":[{"f":"","i":1},{"g":null,"i":2}],"h":"",'
        '"i":3}'
    )
    policy = Policy(drop_nulls=True, drop_empty=True)
    assert [d.path for d in prune(value, policy)[1]] == [
        ("a",), ("b", "c"), ("e", 0, "f"), ("e", 1, "g"), ("h",),
    ]  # fmt: skip


# -- regressions: addresses that say something that nothing else says


@pytest.mark.parametrize(
    "item",
    [
        # Pages with "api" or a version in their paths
        {"rank": 1, "year": 2024, "title": "R", "url": "https://blog.a.com/v2/2024/r"},
        {"id": 101, "title": "Spec", "url": "https://www.w3.org/standards/v2/101"},
        {"title": "Users", "url": "https://docs.a.com/api/users", "id": "users"},
        {"id": 7, "title": "Guide", "url": "https://developer.a.com/api/v1/7"},
        {"id": 7, "title": "Spec", "url": "https://a.com/v2/7"},
        {"guides": [{"id": 7, "url": "https://docs.a.com/api/guides/7"}]},
        {"guides": [{"id": 7, "url": "https://www.a.com/api/guides/7"}]},
        # Signatures, tokens, parameters
        {"id": 55, "own_url": "https://api.x.com/v1/owns/55?X-Sig=deadbeef&Expires=9"},
        {"id": "job7", "self": "https://api.x.com/v1/jobs/job7?token=s"},
        {"id": "job7", "orders_url": "https://api.x.com/v1/job7/orders?since=2024-01"},
        {"id": 9, "self": "https://h/rest/api/content/9/child?cursor=eyJ"},
        {"id": "223", "url": "https://discord.com/api/webhooks/223/3d89bb-X"},
        {
            "id": "we_1",
            "object": "webhook_endpoint",
            "url": "https://api.a.com/v1/we_1",
        },
        {"id": "we_1", "url": "https://api.a.com/v1/hooks/we_1"},
        # Calls and choices
        {"id": 42, "method": "GET", "url": "https://api.x.com/v1/users/42"},
        {"user": 42, "request": {"url": "https://api.x.com/v1/users/42"}},
        {"_id": "0", "_source": {"url": "https://api.shop.com/v1/items/0"}},
        {"id": "r1", "fields": {"url": "https://api.x.com/v1/r1"}},
        {"id": "a1", "url": "https://v5.airtableusercontent.com/v3/u/1/a1"},
        {"id": "f1", "url": "https://files.stripe.com/v1/files/f1/contents"},
        {"order": 900, "url": "https://api.shop.com/v1/orders/900/refund"},
        {"uri": "https://api.a.com/v1/docs/7", "name": "7", "mimeType": "text/plain"},
        {"type": "resource_link", "uri": "https://api.a.com/v1/files/m7", "name": "m7"},
        {"id": "O7", "links": [{"href": "https://api.p.com/v2/O7", "rel": "self"}]},
        {
            "id": 42,
            "relations": [{"rel": "Parent", "url": "https://d.a.com/o/_apis/41"}],
        },
        {"id": 1000, "object": {"url": "https://api.my.com/support/tickets/1000"}},
        {"id": "e1", "source": {"url": "https://api.a.com/v1/tickets/e1"}},
        {"Id": "CVE-1", "Vendor": {"Name": "x", "Url": "https://api.n.gov/v1/CVE-1"}},
        # Ids that stand nowhere else
        {"id": 123, "issue_url": f"{API}/repos/o/r/issues/1"},
        {"name": "lib", "git_url": f"{API}/repos/x/lib/git/trees/beef99"},
        {"id": 11, "url": f"{API}/repos/Octo/Hello-World/artifacts/11"},
        {"total": 3, "_links": {"self": {"href": "https://api.a.com/v1/orders/523"}}},
        {"id": 7, "partner_url": "https://api.x.com/v1/partners/7"},
        # What is called next
        {
            "status": "MFA",
            "_links": {
                "poll": {"href": "https://x.okta.com/api/v1/factors/1/poll"},
                "activate": {"href": "https://x.okta.com/api/v1/activate?token=abc"},
            },
        },
        {"_id": "66", "_links": {"apply": {"href": "/api/v2/requests/66/apply"}}},
    ],
)
def test_what_an_address_alone_says_stays(item: dict[str, Any]) -> None:
    assert pruned(item) == item
    assert pruned({"items": [item, item]}) == {"items": [item, item]}


@pytest.mark.parametrize(
    "word",
    """
    status result response poll cancel retry continue notification voice sms fallback
    file pdf label attachment export report accept decline unsubscribe delete edit
    content feed rss tracking data photo userinfo introspection log rerun
    refund close
    """.split(),  # noqa: SIM905 - a list of words
)
def test_addresses_to_act_upon_stay(word: str) -> None:
    item = {"id": "job7", f"{word}_url": f"https://api.x.com/v1/jobs/job7/{word}"}
    assert pruned(item) == item


@pytest.mark.parametrize(
    ("holder", "key"),
    [
        ({"id": 7, "title": "x"}, "self"),
        ({"tickets": [{"id": 7}]}, "url"),
        ({"ticket": {"id": 7}}, "url"),
        ({"type": "ticket", "id": 7}, "url"),
        ({"id": 7, "html_url": "https://x.com/tickets/7"}, "url"),
        ({"id": 31, "ticket_id": 7}, "ticket_url"),
    ],
)
def test_an_address_that_repeats_its_object_goes(holder: Any, key: str) -> None:
    place: Any = holder
    while "id" not in place:
        place = next(iter(place.values() if isinstance(place, dict) else place))
    whole = copy.deepcopy(holder)
    place[key] = "https://api.x.com/v1/tickets/7"
    assert pruned(holder) == whole


def test_tails_and_templates_of_an_own_address_go() -> None:
    repo = {"full_name": "Octo/Hello-World", "id": 1296269}
    base = f"{API}/repos/Octo/Hello-World"
    links = {
        "url": base,
        "forks_url": f"{base}/forks",
        "labels_url": f"{base}/labels{{/name}}",
        "archive_url": f"{base}/{{archive_format}}{{/ref}}",
        "git_refs_url": f"{base}/git/refs{{/sha}}",
    }
    left = pruned({**repo, **links, "issue_7_url": f"{base}/issues/7{{/x}}"})
    assert left.keys() - repo.keys() == {"issue_7_url"}


@pytest.mark.parametrize(
    "item",
    [
        {"temperature": 70, "icon": "https://api.weather.gov/icons/night/few"},
        {"id": 9, "name": "arrow", "icon": "https://cdn.icons.com/arrow.svg"},
        {"id": 9, "icon": "https://api.x.com/v1/qr/9.png"},
        {"id": 1, "header": "https://x.com/report.png"},
        {
            "attachment": [
                {
                    "id": 10,
                    "filename": "a.jpg",
                    "content": "https://your.atlassian.net/content/10",
                    "thumbnail": "https://your.atlassian.net/thumbnail/10",
                }
            ]
        },
        {"id": 9, "avatar_url": "https://x.com/9.png"},
    ],
)
def test_pictures_that_are_the_answer_stay(item: dict[str, Any]) -> None:
    assert pruned(item) == item


def test_a_lone_surrogate_is_read_like_any_other_text() -> None:
    """Percent-encoding it raised UnicodeEncodeError."""
    item = {"url": "https://api.acme.com/v1/x", "text": "cut emoji \ud83d"}
    assert pruned(item) == item


@pytest.mark.parametrize("shape", ["links", "nested", "relations"])
def test_many_links_and_many_names_take_linear_work(
    shape: str, count_operations: Callable[[Callable[[], Any]], int]
) -> None:
    """Each link was searched for each name: four times the time for twice the input."""

    def value(size: int) -> Any:
        names: dict[str, Any] = {f"n{i}": f"name-{i}" for i in range(size)}
        link = "https://api.x.com/v1/things/none-{}/parts"
        if shape == "links":
            return names | {f"k{i}_url": link.format(i) for i in range(size)}
        if shape == "nested":
            return {
                **names,
                "rows": [{"b": 1, "url": link.format(i)} for i in range(size)],
            }
        entries = {f"r{i}": "https://api.x.com/v1/items" for i in range(size)}
        return {**names, "_links": {**entries, "next": "https://api.x.com/v1/n"}}

    def operations(size: int) -> int:
        tree = value(size)
        return count_operations(lambda: pruned(tree))

    # Eight times the input: eight times the work, where a square is 64.
    assert operations(1_600) < 20 * operations(200)


def test_a_bare_address_needs_more_than_a_name() -> None:
    bookmarks = [{"name": n, "url": f"https://api.x.com/parts/{n}"} for n in ("a", "b")]
    assert pruned(bookmarks) == bookmarks
    github = {"id": 42, "node_id": "MDU6SXNzdWUx", "url": f"{API}/repos/a/b/issues/42"}
    assert pruned(github) == {"id": 42, "url": github["url"]}
    assert pruned({"full_name": "a/b", **github}) == {"full_name": "a/b", "id": 42}


@pytest.mark.parametrize(
    "value",
    [
        # A count that happens to be the number in the address.
        {"self": "https://api.acme.com/v1/projects/12", "name": "web", "members": 12},
        {
            "self": "https://acme.dev/rest/api/2/status/3",
            "name": "Open",
            "issueCount": 3,
        },
        {"selfLink": "/api/v1/pages/9", "title": "Home", "views": 9},
        {"id": 5, "user_url": "https://api.acme.com/v1/users/5"},
        # A verb that ends in "s".
        *(
            {"id": 7001, f"{verb}_url": f"https://api.acme.com/v1/alerts/7001/{verb}"}
            for verb in ("dismiss", "process", "access", "bypass", "focus")
        ),
        # An action whose address is the thing's own.
        {"id": 7001, "delete_url": "https://api.acme.com/v1/files/7001"},
        {"id": "q1w2e3r4t5", "links": {"edit": {"href": "/api/v1/files/q1w2e3r4t5"}}},
        # An owner that is said nowhere, though the name behind it is a plain word.
        {"login": "ada", "issues_url": "https://api.acme.com/repos/ada/web/issues"},
    ],
)
def test_addresses_that_only_seem_to_be_said_stay(value: Any) -> None:
    assert prune(value, Policy()) == (value, [])


def test_links_under_other_names_are_judged_by_their_address() -> None:
    base = "https://acme.example.com/api/3/contacts/61"
    contact = {"id": "61", "links": {"tags": f"{base}/tags", "notes": f"{base}/notes"}}
    assert pruned({"contacts": [contact]}) == {"contacts": [{"id": "61"}]}
    record = "001Xk00003jU001QAK"
    account = {
        "attributes": {
            "type": "Account",
            "url": f"/services/data/v60.0/sobjects/Account/{record}",
        },
        "Id": record,
    }
    assert pruned([account]) == [{"attributes": {"type": "Account"}, "Id": record}]
    user = {"link": f"https://x.dev/api/now/table/sys_user/{record}", "value": record}
    assert pruned({"by": user}) == {"by": {"value": record}}


def test_only_keys_keeps_these_and_what_leads_to_them() -> None:
    value = {
        "total": 2,
        "rows": [{"id": 1, "by": {"id": 2, "name": "a"}}, {"x": {"id": None}}],
        "notes": [{"text": "x"}, 3],
    }
    assert pruned(value, only_keys=["id"]) == {
        "rows": [{"id": 1, "by": {"id": 2}}, {"x": {"id": None}}]
    }
    assert pruned(value, only_keys=["rows[*].by"]) == {
        "rows": [{"by": {"id": 2, "name": "a"}}, {}]
    }
    assert pruned(value, only_keys=["rows"], exclude_keys=["id"]) == {
        "rows": value["rows"]
    }


def test_paths_are_taken_as_the_account_prints_them() -> None:
    value = {"items": [{"id": 1, "note": 2}, {"id": 3, "note": 4}]}
    left = {"items": [{"id": 1}, {"id": 3}]}
    for pattern in ("items[*].note", "items[0].note", "$.items[*].note"):
        assert pruned(value, exclude_keys=[pattern]) == left
    assert unmatched(["items[*].note", "items.notes", "id"], value) == ["items.notes"]


# -- what is judged once for a place


def test_a_row_whose_link_says_something_else_keeps_it() -> None:
    """How a link follows is remembered from row to row, and tried on each."""
    rows = [{"id": n, "self": f"{API}/projects/{n}"} for n in (11, 12, 13, 14)]
    rows[2]["self"] = f"{API}/projects/99"
    rows[3]["self"] = f"{API}/projects/14/archive"
    assert pruned(rows) == [{"id": 11}, {"id": 12}, rows[2], rows[3]]


def test_what_is_remembered_of_one_place_is_no_evidence_under_a_foreign_key() -> None:
    user = {"login": "octocat", "url": f"{API}/users/octocat"}
    value = {"owner": user, "webhook": user, "sender": user}
    left = pruned(value)
    assert left == {
        "owner": {"login": "octocat"},
        "webhook": user,
        "sender": {"login": "octocat"},
    }


@given(st.lists(st.integers(1, 99), min_size=2, max_size=6, unique=True))
def test_rows_are_judged_as_each_alone(ids: list[int]) -> None:
    rows = [
        {
            "id": n,
            "owner": {"login": f"user{n}", "url": f"{API}/users/user{n}"},
            "url": f"{API}/users/user{n}/things/{n}",
            "comments_url": f"{API}/users/user{n}/things/{n}/comments",
            "close_url": f"{API}/users/user{n}/things/{n}/close",
        }
        for n in ids
    ]
    assert pruned(rows) == [pruned([row])[0] for row in rows]


def test_an_icon_may_be_the_answer() -> None:
    """A dashboard told the state of its hosts by red.png and green.png alone."""
    icon = "https://ci.example.com/static/red.png"
    host = {"name": "web-1", "url": "https://ci.example.com/hosts/1", "icon": icon}
    assert pruned(host) == host


def test_a_kept_key_inside_a_whole_picture_or_bookkeeping_keeps_both() -> None:
    faces = {"16x16": "https://x.org/a?s=s", "48x48": "https://x.org/a"}
    person = {"name": "Mia", "avatarUrls": faces}
    assert pruned(person) == {"name": "Mia"}
    assert pruned(person, keep_keys=["48x48"]) == person
    owned = {"manager": "kubectl", "fieldsV1": {"f:spec": {"f:replicas": {}}}}
    assert pruned(owned) == {"manager": "kubectl"}
    assert pruned(owned, keep_keys=["f:replicas"]) == owned
    # A path makes verdicts a matter of the place; the rules are asked there too.
    value = {"a": owned}
    assert pruned(value, keep_keys=["b.f:spec"]) == {"a": {"manager": "kubectl"}}
    assert pruned(value, keep_keys=["a.fieldsV1.f:spec"]) == value


def test_what_was_applied_stays_where_it_differs_from_what_is() -> None:
    """Who asks why a configuration drifted compares the two."""
    key = "kubectl.kubernetes.io/last-applied-configuration"
    mode = json.dumps({"kind": "ConfigMap", "data": {"mode": "blue"}})
    live = {
        "kind": "ConfigMap",
        "data": {"mode": "green"},
        "metadata": {"name": "a", "annotations": {key: mode}},
    }
    assert pruned(live) == live
    same = {**live, "data": {"mode": "blue", "since": "2031"}}
    assert gone(same) == {("metadata", "annotations", key): "bookkeeping"}


def test_an_id_that_is_the_only_one_stays() -> None:
    only = {"node_id": "I_kwDOAJy2Ks5", "title": "x"}
    assert pruned(only) == only
    assert pruned({**only, "number": 7}) == {"title": "x", "number": 7}


def test_a_relation_names_what_its_link_leads_to() -> None:
    base = f"{API}/contacts/63"
    links = {"self": f"{base}/relationships/notes", "related": f"{base}/notes"}
    contact = {"type": "contact", "id": "63", "relationships": {"notes": {}}}
    with_links = {**contact, "relationships": {"notes": {"links": links}}}
    assert pruned({"data": with_links}) == {"data": contact}
    notes = {"rel": "notes", "href": f"{base}/notes"}
    close = {"rel": "close", "href": f"{base}/close"}
    wrong = {"rel": "tags", "href": f"{base}/notes"}
    assert pruned({"id": 63, "links": [notes, close, wrong, notes]}) == {
        "id": 63,
        "links": [{"rel": "notes"}, close, wrong, {"rel": "notes"}],
    }


def test_paths_of_rows_of_the_document_itself_are_taken() -> None:
    value = [[{"q": None, "node_id": "MDQ6VXNlcjE=", "id": 1}]]
    assert pruned(value, keep_keys=["[*][*].node_id"]) == value
    assert pruned(value, exclude_keys=["[0][0].q"]) == [[{"id": 1}]]


def test_a_page_under_a_key_without_words_says_its_part() -> None:
    value = {"\u94fe": "https://x.com/5", "self": f"{API}/things/5"}
    assert gone(value) == {("self",): "API link"}


def test_an_entry_of_links_that_says_more_than_its_address_stays() -> None:
    entry = {"href": f"{API}/things/7", "title": "The seventh"}
    value = {"id": 7, "_links": {"self": entry}}
    assert pruned(value) == value
    assert pruned({"id": 7, "_links": {"self": {"href": entry["href"]}}}) == {"id": 7}


def test_the_rows_after_the_first_are_judged_by_what_their_own_url_says() -> None:
    def user(name: str, url: str) -> dict[str, str]:
        return {"login": name, "url": url, "repos_url": f"{API}/users/{name}/repos"}

    rows = [user("ada", f"{API}/users/ada"), user("bob", f"{API}/users/bob")]
    assert pruned(rows) == [{"login": "ada"}, {"login": "bob"}]
    foreign = {**user("eve", f"{API}/users/bob"), "login": "zoe"}
    assert pruned([*rows, foreign])[2] == foreign


def test_a_word_on_the_way_that_no_key_names_keeps_a_link_further_in() -> None:
    for way, stays in (("archive", True), ("relationships", False)):
        link = f"{API}/contacts/63/{way}/notes"
        value = {"id": 63, "relationships": {"notes": {"n": 1, "self": link}}}
        assert (pruned(value) == value) is stays
