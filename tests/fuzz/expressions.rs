use refrain::permission::Classes;

use crate::{
    driver::{Target, fuzz},
    limits::Limits,
};

const TARGET: Target = Target {
    name: "expressions",
    words: &[
        "&",
        "|",
        "!",
        "~",
        "(",
        ")",
        " ",
        "AllowAny",
        "DenyAll",
        "IsAuthenticated",
        "IsAdminUser",
        "IsSuperuser",
        "IsAuthenticatedOrReadOnly",
        "ReadOnly",
        "ModelPermissions",
        "ModelPermissionsOrAnonReadOnly",
        "ObjectPermissions",
        "IsOwner",
        "IsOwnerOrReadOnly",
        "HasPerm(\"a.b\")",
        "HasPerms([\"a.b\", \"c.d\"])",
        "HasPerm",
        "HasPerms",
        "\"",
        "[",
        "]",
        ",",
        ".",
        "_",
        "\u{a0}",
        "\u{3000}",
        "((((((((",
        "!!!!!!!!",
    ],
    limits: Limits::USUAL,
};

#[tokio::test]
async fn expressions_of_any_text_are_read_or_refused_at_a_place() {
    let classes = Classes::default();
    fuzz(&TARGET, async |input| {
        let text = String::from_utf8_lossy(input);
        match classes.parse(&text) {
            Ok(read) => {
                let printed = read.to_string();
                let again = classes.parse(&printed).expect("what is printed can be read");
                assert_eq!(again.to_string(), printed, "and means the same");
                assert_eq!(shape(&again), shape(&read), "and is the same");
                let names = printed.split(|c: char| !c.is_alphanumeric()).count();
                format!("read {:?} {:?}", printed.len().checked_ilog2(), names.checked_ilog2())
            }
            Err(error) => {
                assert!((1..=text.chars().count() + 1).contains(&error.column), "{error:?}");
                let shown = error.to_string();
                assert!(shown.ends_with('^') && shown.lines().count() == 3, "{shown}");
                let (before, rest) = error.message.split_once('`').unwrap_or((&error.message, ""));
                before.to_owned() + rest.rsplit('`').next().unwrap_or_default()
            }
        }
    })
    .await;
}

/// Which classes stand under which signs, whatever brackets were written: `&` and `|` are associative.
fn shape(read: &refrain::permission::Permissions) -> String {
    use refrain::permission::Permissions::{And, Not, Or};
    let joined = |sign: &str, parts: &[refrain::permission::Permissions]| -> String {
        let mut shapes = Vec::new();
        for part in parts {
            let shape = shape(part);
            let inner = shape.strip_prefix(sign).and_then(|rest| rest.strip_prefix('('));
            shapes.push(inner.and_then(|rest| rest.strip_suffix(')')).map_or(shape.clone(), str::to_owned));
        }
        format!("{sign}({})", shapes.join(" "))
    };
    match read {
        And(parts) => joined("&", parts),
        Or(parts) => joined("|", parts),
        Not(part) => format!("!({})", shape(part)),
        class => class.to_string(),
    }
}
