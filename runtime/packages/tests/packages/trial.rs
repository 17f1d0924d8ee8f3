//! The trial of a new version, and the way back.

use crate::shop::check;

#[test]
fn a_version_is_on_trial_until_it_is_confirmed() {
    check("install 1", "version 1 trial 0");
    check("install 1 | began | began", "version 1 trial 2");
    check("install 1 | began | confirm", "version 1 confirmed");
    check("install 1 | confirm | confirm | began | fail", "not confirmed; version 1 confirmed");
    check("install 1 | confirm | install 2 | began", "version 2 trial 1");
    check("install 1 | confirm | install 2 | confirm | fail", "version 2 confirmed");
}

#[test]
fn a_version_that_fails_gives_way_at_once() {
    check(
        "install 1 | confirm | install 2 | fail",
        "gave way; version 1 confirmed, 2 gave way: it trapped",
    );
    check(
        "install 1 | confirm | install 2 | fail | fail | began",
        "gave way; version 1 confirmed, 2 gave way: it trapped",
    );
    check("install 1 | install 2 | fail", "gave way; version 1 trial 0, 2 gave way: it trapped");
}

#[test]
fn a_version_that_is_never_confirmed_gives_way_at_the_fourth_start() {
    check("install 1 | confirm | install 2 | began | began | began", "version 2 trial 3");
    check(
        "install 1 | confirm | install 2 | began | began | began | began",
        "gave way; version 1 confirmed, 2 gave way: unconfirmed",
    );
    check(
        "install 1 | confirm | install 2 | began | began | began | confirm",
        "version 2 confirmed",
    );
}

#[test]
fn no_version_gives_way_while_a_payment_is_open() {
    check("install 1 | confirm | install 2 | fail open", "version 2 failed: it trapped");
    check(
        "install 1 | confirm | install 2 | fail open | began open | began open",
        "version 2 failed: it trapped",
    );
    check(
        "install 1 | confirm | install 2 | fail open | began open | began",
        "gave way; version 1 confirmed, 2 gave way: it trapped",
    );
    check(
        "install 1 | confirm | install 2 | began | began | began | began open | began open",
        "version 2 trial 3",
    );
    check(
        "install 1 | confirm | install 2 | began | began | began | began open | began",
        "gave way; version 1 confirmed, 2 gave way: unconfirmed",
    );
}

#[test]
fn the_first_word_about_a_version_counts() {
    check(
        "install 1 | confirm | install 2 | fail open | confirm",
        "not confirmed; version 2 failed: it trapped",
    );
}

#[test]
fn the_first_version_has_none_to_return_to() {
    check("install 1 | fail | fail open | began", "version 1 trial 1");
    check("install 1 | began | began | began | began | began | confirm", "version 1 confirmed");
}

#[test]
fn a_damaged_version_is_none_to_return_to() {
    check("install 1 | confirm | install 2 | damage 1 | fail", "version 2 trial 0");
    check(
        "install 1 | confirm | install 2 | damage 1 | began | began | began | began | began",
        "version 2 trial 3",
    );
}

#[test]
fn a_damaged_version_on_trial_gives_way() {
    check(
        "install 1 | confirm | install 2 | damage 2 | fail",
        "gave way; version 1 confirmed, 2 gave way: it trapped",
    );
}

#[test]
fn why_a_version_gave_way_is_kept_until_another_is_installed() {
    check("install 1 | confirm | install 2 | fail | install 3", "gave way; version 3 trial 0");
    check(
        "install 1 | confirm | install 2 | fail | install 1",
        "gave way; already there; version 1 confirmed, 2 gave way: it trapped",
    );
    check(
        "install 1 | confirm | install 2 | fail | install 2 | fail",
        "gave way; gave way; version 1 confirmed, 2 gave way: it trapped",
    );
}
