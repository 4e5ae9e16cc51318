//! The models of Django REST Framework's permission tests, served by the library under whichever classes a test's view has.

#![allow(missing_docs, unreachable_pub, reason = "sea-orm's items")]

use std::borrow::Cow;

use poem::{http::Method, test::TestClient};
use refrain::{
    AnyModel, Api, Context, Denial, Error, PermissionClass, Result, Rule, async_trait,
    auth::{Auth, password::Passwords},
    authentication::{Authenticators, BasicAuthentication, TokenAuthentication},
    permission::Classes,
};
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};

macro_rules! served {
    ($($module:ident: $model:tt $table:tt $path:tt $shown:ident;)*) => {$(
        mod $module {
            use refrain::{Access, Serializer, ViewSet};

            mod row {
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, refrain::Model)]
                #[sea_orm(table_name = $table)]
                #[refrain(app = "tests", model = $model)]
                pub struct Model {
                    #[sea_orm(primary_key)]
                    pub id: i32,
                    pub text: String,
                }

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {}

                impl ActiveModelBehavior for ActiveModel {}
            }

            #[derive(Serializer)]
            #[serializer(model = row)]
            pub struct $shown {
                #[serializer(read_only)]
                pub id: i32,
                #[serializer(length(1..=100))]
                pub text: String,
            }

            pub struct Rows;

            impl ViewSet for Rows {
                type Serializer = $shown;
                const PATH: &'static str = $path;

                fn permissions() -> Access<row::Entity> {
                    Access::global()
                }
            }
        }
    )*};
}

served! {
    basic: "BasicModel" "tests_basicmodel" "/basic" Basic;
    guarded: "BasicPermModel" "tests_basicpermmodel" "/guarded" Guarded;
}

/// A class of the suite's own that refuses everything: the request, or each row.
#[derive(Clone, Copy)]
struct Refusing {
    name: &'static str,
    rows: bool,
    in_own_words: bool,
}

const REFUSING: [Refusing; 4] = [
    Refusing { name: "BasicPerm", rows: false, in_own_words: false },
    Refusing { name: "BasicPermWithDetail", rows: false, in_own_words: true },
    Refusing { name: "BasicObjectPerm", rows: true, in_own_words: false },
    Refusing { name: "BasicObjectPermWithDetail", rows: true, in_own_words: true },
];

#[async_trait]
impl PermissionClass for Refusing {
    type Model = AnyModel;

    async fn has_permission(&self, _: &Context<'_>) -> Result<bool> {
        Ok(self.rows)
    }

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::Never)
    }

    fn name(&self) -> Cow<'static, str> {
        self.name.into()
    }

    fn denial(&self) -> Denial {
        match self.in_own_words {
            true => Denial::new("permission_denied_custom", "Custom: You cannot access this resource"),
            false => Denial::default(),
        }
    }
}

/// What the library answers a request.
pub async fn answer(db: &DatabaseConnection, question: &Value) -> Result<Value> {
    let word = |name: &str| question[name].as_str().unwrap_or_default();
    let classes = REFUSING.into_iter().fold(Classes::default(), |all, class| all.with(class.name, class));
    let permissions = classes.parse(word("permissions")).map_err(|error| Error::wiring(error.to_string()))?;
    let auth = Auth::default().with_passwords(Passwords::default().iterations(1)).with_password_tries(None);
    let both = Authenticators::none().with(BasicAuthentication::default()).with(TokenAuthentication::default());
    let api = Api::new("Judged", "1", db.clone()).auth(auth.clone()).authenticators(both);
    let api = api.default_permissions(permissions).mount(basic::Rows).mount(guarded::Rows);
    let api = if question["reveals"] == true { api.reveal_hidden_rows() } else { api };
    let client = TestClient::new(api.build()?.into_endpoint());
    let method = Method::from_bytes(word("method").as_bytes()).map_err(|error| Error::wiring(error.to_string()))?;
    let mut request = client.request(method, word("path"));
    if let Some(id) = question["as"].as_i64().and_then(|id| i32::try_from(id).ok()) {
        let user = auth.user_by_id(db, id).await?.ok_or_else(|| Error::wiring("there is no such user"))?;
        request = request.header("authorization", format!("Token {}", user.token(db).await?));
    } else if !word("authorization").is_empty() {
        request = request.header("authorization", word("authorization"));
    }
    if !word("body").is_empty() {
        let body = word("body").to_owned();
        request = request.content_type(word("content_type")).header("content-length", body.len()).body(body);
    }
    let mut response = request.send().await.0;
    let body = response.take_body().into_string().await.map_err(Error::could_not_tell)?;
    let body: Value = serde_json::from_str(&body).unwrap_or(Value::String(body));
    Ok(json!({ "status": response.status().as_u16(), "body": body }))
}
