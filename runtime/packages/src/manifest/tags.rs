//! `[nfc]` of a manifest: the tags that an app speaks to.

use caisson_core::tag::{AIDS_MAX, Aid, TagKind, TagRules};
use serde::Deserialize;
use std::collections::BTreeSet;

/// As it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Raw {
    #[serde(default)]
    aids: Vec<String>,
    tag_types: Vec<String>,
}

/// A value that cannot be, without the file that holds it.
pub(super) struct Wrongly {
    pub(super) key: &'static str,
    pub(super) value: String,
    pub(super) remedy: String,
}

fn wrongly(key: &'static str, value: &str, remedy: impl Into<String>) -> Wrongly {
    Wrongly { key, value: value.to_owned(), remedy: remedy.into() }
}

/// The checked rules. Permission and table come together or not at all: an app's reach is what the
/// manifest shows, neither more nor less.
pub(super) fn rules(raw: Option<Raw>, has_permission: bool) -> Result<TagRules, Wrongly> {
    let raw = match raw {
        Some(raw) if has_permission => raw,
        Some(_) => {
            let remedy = "add \"nfc\" to the permissions, or leave [nfc] out";
            return Err(wrongly("nfc", "", remedy));
        }
        None if has_permission => {
            let remedy =
                "\"nfc\" needs a table [nfc] with tag-types, and with aids for iso-14443-4";
            return Err(wrongly("permissions", "nfc", remedy));
        }
        None => return Ok(TagRules::default()),
    };
    let kind = |word: &String| {
        word.parse::<TagKind>().map_err(|error| wrongly("nfc.tag-types", word, error.to_string()))
    };
    let kinds: BTreeSet<TagKind> = raw.tag_types.iter().map(kind).collect::<Result<_, _>>()?;
    if kinds.is_empty() {
        return Err(wrongly("nfc.tag-types", "", "write one or both of iso-14443-4 and type-2"));
    }
    if raw.aids.len() > AIDS_MAX {
        let remedy = format!("at most {AIDS_MAX} applications");
        return Err(wrongly("nfc.aids", &raw.aids.len().to_string(), remedy));
    }
    let aid = |text: &String| {
        text.parse::<Aid>().map_err(|error| wrongly("nfc.aids", text, error.to_string()))
    };
    let aids: BTreeSet<Aid> = raw.aids.iter().map(aid).collect::<Result<_, _>>()?;
    if kinds.contains(&TagKind::Iso14443Part4) == aids.is_empty() {
        let remedy = "a tag of the type iso-14443-4 is spoken to by AIDs, and no other one is";
        return Err(wrongly("nfc.aids", "", remedy));
    }
    Ok(TagRules { aids, kinds })
}

#[cfg(test)]
mod tests {
    use super::super::Manifest;
    use std::path::Path;

    #[track_caller]
    fn check(permissions: &str, table: &str, expected: &str) {
        let text = format!(
            "id = \"club\"\nname = {{ zh = \"会员\", en = \"Club\" }}\nversion = \"1\"\n\
             version-code = 1\nworld = \"merchant-app\"\npermissions = [{permissions}]\n{table}"
        );
        let verdict = match Manifest::parse(Path::new("caisson.toml"), text.as_bytes()) {
            Ok(manifest) => format!("{:?}", manifest.tags),
            Err(error) => error.to_string(),
        };
        assert_eq!(verdict, expected);
    }

    /// A table with these AIDs and types.
    fn table(aids: &str, types: &str) -> String {
        format!("[nfc]\naids = [{aids}]\ntag-types = [{types}]\n")
    }

    const ISO: &str = "\"iso-14443-4\"";
    const CLUB: &str = "\"F0436C75623031\"";

    #[test]
    fn what_an_app_speaks_to_is_what_its_manifest_lists() {
        let listed = "TagRules { aids: {Aid(F0436C75623031)}, kinds: {Iso14443Part4} }";
        check("\"nfc\"", &table(CLUB, ISO), listed);
        let memory = "TagRules { aids: {}, kinds: {Type2} }";
        check("\"nfc\"", "[nfc]\ntag-types = [\"type-2\"]", memory);
        check("\"ui\"", "", "TagRules { aids: {}, kinds: {} }");
    }

    #[test]
    fn permission_and_table_come_together() {
        check(
            "\"ui\"",
            &table(CLUB, ISO),
            "caisson.toml: nfc = \"\": add \"nfc\" to the permissions, or leave [nfc] out",
        );
        check(
            "\"nfc\"",
            "",
            "caisson.toml: permissions = \"nfc\": \"nfc\" needs a table [nfc] with tag-types, and \
             with aids for iso-14443-4",
        );
    }

    #[test]
    fn a_payment_application_cannot_be_asked_for() {
        let check_aid = |aid: &str, remedy: &str| {
            let expected = format!("caisson.toml: nfc.aids = \"{aid}\": {remedy}");
            check("\"nfc\"", &table(&format!("{CLUB}, \"{aid}\""), ISO), &expected);
        };
        let payment =
            "this is an application of UnionPay; no merchant's app speaks to payment cards";
        check_aid("A000000333010101", payment);
        check_aid("A0000003", "write 5 to 16 bytes as hex digits, two each");
        check_aid(
            "325041592E5359532E4444463031",
            "this is an application of all payment systems (PSE, PPSE); no merchant's app speaks to \
             payment cards",
        );
    }

    #[test]
    fn types_and_limits_are_named() {
        check(
            "\"nfc\"",
            &table(CLUB, "\"felica\""),
            "caisson.toml: nfc.tag-types = \"felica\": the types of tag are iso-14443-4 and type-2",
        );
        check(
            "\"nfc\"",
            &table("", ""),
            "caisson.toml: nfc.tag-types = \"\": write one or both of iso-14443-4 and type-2",
        );
        let alone = "caisson.toml: nfc.aids = \"\": a tag of the type iso-14443-4 is spoken to by \
                     AIDs, and no other one is";
        check("\"nfc\"", &table("", ISO), alone);
        check("\"nfc\"", &table(CLUB, "\"type-2\""), alone);
        let many = [CLUB; 17].join(", ");
        let expected = "caisson.toml: nfc.aids = \"17\": at most 16 applications";
        check("\"nfc\"", &table(&many, ISO), expected);
    }
}
