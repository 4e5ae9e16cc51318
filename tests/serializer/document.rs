//! What the document says of a serializer.

use refrain_testing::{TestDb, every_database};
use serde_json::json;

use super::shop::Shop;

#[every_database(sqlite, because = "the document is the same everywhere")]
async fn each_body_has_a_schema_of_its_own(db: TestDb) {
    let shop = Shop::open(db).await;
    let schemas = &shop.document["components"]["schemas"];
    let (output, input, patched) = (&schemas["Gadget"], &schemas["GadgetInput"], &schemas["PatchedGadgetInput"]);
    assert_eq!(input["required"], json!(["name", "price"]));
    assert_eq!((patched.get("required"), patched["properties"]["status"].get("default")), (None, None));
    assert_eq!(input["properties"]["status"]["default"], "open");
    assert_eq!(input["properties"].get("id"), None);
    assert_eq!(output["properties"]["id"]["readOnly"], true);
    assert_eq!((output["properties"].get("price"), &input["properties"]["price"]["writeOnly"]), (None, &json!(true)));
    let name = &input["properties"]["name"];
    assert_eq!(
        (&name["minLength"], &name["maxLength"], &name["description"]),
        (&json!(1), &json!(20), &json!("What it is called."))
    );
    assert_eq!(input["properties"]["count"]["maximum"], json!(99.0));
    assert_eq!(schemas["Status"], json!({"type": "string", "title": "Status", "enum": ["open", "done"]}));
    assert_eq!(schemas["Postal"]["required"], json!(["city"]));
    assert_eq!(input["properties"]["postal"]["nullable"], true);
    let parameters = shop.document["paths"]["/gadgets"]["get"]["parameters"].as_array().expect("parameters").clone();
    let named = |name: &str| {
        parameters.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name}"))["schema"].clone()
    };
    assert_eq!(named("status"), json!({"$ref": "#/components/schemas/Status"}));
    assert_eq!(named("type"), json!({"type": "string"}));
}
