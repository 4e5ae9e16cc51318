//! Who may do what with notes.

use {{crate_name}}::{{program}};
use refrain::testing::TestSite;
use serde_json::json;

#[tokio::test]
async fn everybody_has_notes_of_their_own() {
    let site = TestSite::of::<{{program}}>().await;
    site.user("alice").await;
    site.user("bob").await;

    let made = site.as_user("alice").post("/api/notes", json!({"text": "Water the plants"})).await;
    made.assert_status(201);
    assert_eq!(site.as_user("bob").get("/api/notes").await.json()["count"], 0);

    site.assert_access(
        "
        |                     | nobody | alice | bob |
        |---------------------|--------|-------|-----|
        | GET /api/notes      | 401    | yes   | yes |
        | POST /api/notes     | 401    | yes   | yes |
        | GET /api/notes/1    | 401    | yes   | 404 |
        | PATCH /api/notes/1  | 401    | yes   | 404 |
        | DELETE /api/notes/1 | 401    | yes   | 404 |
        ",
    )
    .await;
    site.assert_lists_agree_with_rows().await;
}
