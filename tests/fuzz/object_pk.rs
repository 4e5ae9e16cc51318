use std::{collections::BTreeSet, time::Duration};

use refrain::{
    Result,
    auth::{Auth, NewUser, User},
    grants::PermissionOf,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ConnectionTrait, IntoActiveModel};

use crate::{
    driver::{Target, fuzz},
    keyed::{self, Keyed, To, big, grant, key_of, small, text, unique},
    limits::Limits,
    support,
};

const TARGET: Target = Target {
    name: "object_pk",
    words: &[
        "7",
        "-1",
        "0",
        "007",
        "7abc",
        "+7",
        " 7",
        "7 ",
        "7.0",
        "7e0",
        "0x7",
        "9223372036854775807",
        "-9223372036854775808",
        "2147483647",
        "-2147483648",
        "65be8549-8bb5-4ac3-a2ee-8d67278cf143",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "FFFFFFFF",
        "abc",
        "Abc",
        "ß",
        "ss",
        "a b",
        "a\u{a0}b",
        "٧",
        "７",
        "\n",
        "\0",
    ],
    limits: Limits { time: Duration::from_secs(10), ..Limits::USUAL },
};

/// Each line of an input is the text of a grant, on models with every kind of key.
#[every_database]
async fn a_grant_of_any_text_names_the_row_of_that_very_text(db: TestDb) -> Result<()> {
    let auth = support::auth();
    keyed::open(&auth, &db).await?;
    let alice = auth.create_user(db.db(), NewUser::new("alice")).await?;
    let world = World { db, auth, alice };
    let small = world.of::<small::Entity>().await?;
    let big = world.of::<big::Entity>().await?;
    let text = world.of::<text::Entity>().await?;
    let unique = world.of::<unique::Entity>().await?;
    fuzz(&TARGET, async |input| {
        let input = String::from_utf8_lossy(input);
        let lines: Vec<&str> = input.lines().take(30).collect();
        let mut named = String::new();
        named += &world.holds(&small, &lines).await.expect("no text is an error");
        named += &world.holds(&big, &lines).await.expect("no text is an error");
        named += &world.holds(&text, &lines).await.expect("no text is an error");
        named += &world.holds(&unique, &lines).await.expect("no text is an error");
        named
    })
    .await;
    Ok(())
}

struct World {
    db: TestDb,
    auth: Auth,
    alice: User,
}

/// The rows of a model, and the keys of its permission `view` and of its content type.
struct Rows<M: Keyed> {
    rows: Vec<M::Model>,
    codename: String,
    permission: (i32, i32),
}

impl World {
    async fn of<M: Keyed>(&self) -> Result<Rows<M>>
    where
        M::Model: IntoActiveModel<M::ActiveModel>,
    {
        let codename = format!("view_{}", refrain::model::ModelInfo::of::<M>().model_name());
        let permission = keyed::permission::<M>(&self.db, "view").await?;
        Ok(Rows { rows: keyed::rows::<M>(&self.db).await?, codename, permission })
    }

    /// Grants by these texts; the rows named by them are those whose own texts are among them, in lists and one by one.
    async fn holds<M: Keyed>(&self, model: &Rows<M>, texts: &[&str]) -> Result<String> {
        let (db, (permission, content_type)) = (self.db.db(), model.permission);
        db.execute_unprepared("DELETE FROM guardian_userobjectpermission").await.expect("grants are deleted");
        for text in texts {
            // what the column does not hold is no grant
            let _ = grant(&self.db, To::User(key_of(&self.alice)), permission, content_type, text).await;
        }
        let rows = db.query_all_raw(self.db.statement("SELECT object_pk FROM guardian_userobjectpermission")).await;
        let stored: BTreeSet<String> =
            rows.expect("grants are read").iter().map(|row| row.try_get("", "object_pk").expect("a text")).collect();
        let own = |row: &M::Model| M::text_of(row);
        let expected: BTreeSet<String> = model.rows.iter().map(own).filter(|text| stored.contains(text)).collect();

        let asked = PermissionOf::<M>::from(model.codename.as_str());
        let listed = self.auth.objects_for_user::<M>(&self.alice, [asked]).select(db).await?.all(db).await;
        let listed: BTreeSet<String> = listed.expect("the rows are read").iter().map(own).collect();
        assert_eq!(listed, expected, "{stored:?}");
        for row in &model.rows {
            let held = self.alice.has_perm_on(db, model.codename.as_str(), row).await?;
            assert_eq!(held, expected.contains(&own(row)), "{} by {stored:?}", own(row));
        }
        Ok(format!("{expected:?} of {} ", stored.len().min(3)))
    }
}
