//! Every text of the screen's files is in Chinese too, and no entry is left over.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn slint_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            slint_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "slint") {
            found.push(path);
        }
    }
}

/// What stands between `before` and the next quote that no backslash protects.
fn quoted<'a>(text: &'a str, before: &str) -> Vec<&'a str> {
    let rests = text.split(before).skip(1);
    rests
        .map(|rest| {
            let mut escaped = false;
            let end = rest.find(|sign| {
                let is_end = sign == '"' && !escaped;
                escaped = sign == '\\' && !escaped;
                is_end
            });
            &rest[..end.unwrap()]
        })
        .collect()
}

#[test]
fn every_text_is_translated_and_every_translation_is_used() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    slint_files(&root.join("slint"), &mut files);
    let mut used = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(
            text.matches("@tr(").count(),
            text.matches("@tr(\"").count(),
            "{}: a text without context or plural, in one line",
            file.display()
        );
        used.extend(quoted(&text, "@tr(\"").into_iter().map(str::to_owned));
    }
    let po = std::fs::read_to_string(root.join("lang/zh/LC_MESSAGES/caisson-ui.po")).unwrap();
    let po = format!("\n{po}");
    let names = quoted(&po, "\nmsgid \"");
    let texts = quoted(&po, "\nmsgstr \"");
    assert_eq!(names.len(), texts.len());
    // The head is an entry without a name.
    let entries = names.iter().zip(&texts).skip(1);
    let untold: Vec<_> = entries.filter(|(_, text)| text.is_empty()).collect();
    assert_eq!(untold, []);
    let known: BTreeSet<_> = names.iter().skip(1).map(|name| (*name).to_owned()).collect();
    assert_eq!(known.len(), names.len() - 1, "an entry stands twice");
    assert_eq!(
        used.difference(&known).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "not translated"
    );
    assert_eq!(known.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "not used");
}
