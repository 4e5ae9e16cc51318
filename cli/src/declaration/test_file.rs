use std::fmt::Write;

use super::{Declaration, Field};

/// The test of who may do what with a model's rows.
pub(crate) fn test_file(model: &Declaration, package: &str, program: &str) -> String {
    let rows = model.rows();
    let (app, module, name) = (&model.app_label, model.module(), model.class.to_lowercase());
    let holding = |firsts: &[&str]| {
        let labels: Vec<String> = firsts.iter().map(|first| format!("\"{app}.{first}_{name}\"")).collect();
        labels.join(", ")
    };
    let path = format!("/api{}", model.path);
    let mut cells = vec![
        [format!("GET {path}"), "401".into(), "yes".into(), "yes".into(), "403".into()],
        [format!("POST {path}"), "401".into(), "yes".into(), "403".into(), "403".into()],
    ];
    // a row that others are asked for first is left to its reader
    let sent: Option<Vec<String>> = model.fields.iter().filter(|field| is_sent(model, field)).map(member).collect();
    let makes = sent.map(|members| {
        cells.extend(["GET", "PATCH", "DELETE"].map(|method| {
            let bob = if method == "GET" { "yes" } else { "403" };
            [format!("{method} {path}/1"), "401".into(), "yes".into(), bob.into(), "403".into()]
        }));
        format!(
            "    let made = site.as_user(\"alice\").post({path:?}, json!({{{}}})).await;\n    \
             made.assert_status(201);\n\n",
            members.join(", ")
        )
    });
    let imports = if makes.is_some() { "use serde_json::json;\n" } else { "" };
    let mut text = format!(
        "//! Who may do what with {rows}.\n\nuse {package}::{program};\nuse refrain::testing::TestSite;\n{imports}\n\
         #[tokio::test]\nasync fn who_may_do_what_with_{module}() {{\n    let site = \
         TestSite::of::<{program}>().await;\n    site.user(\"alice\").holding([{}]).await;\n    \
         site.user(\"bob\").holding([{}]).await;\n    site.user(\"carol\").await;\n\n{}",
        holding(&["add", "change", "delete", "view"]),
        holding(&["view"]),
        makes.unwrap_or_default(),
    );
    let _ = write!(
        text,
        "    site.assert_access(\n        \"\n{}        \",\n    )\n    .await;\n    \
         site.assert_lists_agree_with_rows().await;\n}}\n",
        table(&cells)
    );
    text
}

/// Is it a member of what makes a row?
fn is_sent(model: &Declaration, field: &Field) -> bool {
    field.key.is_none() && !field.nullable && model.owner.as_ref() != Some(&field.column)
}

/// `"title": "a"`; none where another row has to be there first.
fn member(field: &Field) -> Option<String> {
    match field.refers_to {
        Some(_) => None,
        None => Some(format!("\"{}\": {}", field.column, field.kind.example())),
    }
}

fn table(cells: &[[String; 5]]) -> String {
    let head = ["", "nobody", "alice", "bob", "carol"].map(str::to_owned);
    let rows: Vec<&[String; 5]> = std::iter::once(&head).chain(cells).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or_default();
    let widths = [0, 1, 2, 3, 4].map(width);
    let mut text = String::new();
    for (place, row) in rows.iter().enumerate() {
        let padded: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!(" {cell:<width$} ")).collect();
        let _ = writeln!(text, "        |{}|", padded.join("|"));
        if place == 0 {
            let lines: Vec<String> = widths.iter().map(|width| "-".repeat(width + 2)).collect();
            let _ = writeln!(text, "        |{}|", lines.join("|"));
        }
    }
    text
}
