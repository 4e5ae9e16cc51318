//! The models on whose rows the tests of others grant something, with no more of them than their keys.

#![allow(missing_docs, unreachable_pub, reason = "sea-orm's items")]

use refrain::model::{Model, Models};
use sea_orm::ModelTrait;
use serde_json::Value;

use super::library::{Library, Told};

/// A row, made of its key alone.
pub trait Keyed: ModelTrait + Sized {
    fn keyed(key: &Value) -> Option<Self>;
    fn key(&self) -> Value;
}

/// What a model is declared as, of everything that makes a difference to grants.
trait Declared: Model {
    fn is(named: &Value) -> bool {
        let content_type = format!("{}.{}", Self::APP_LABEL, Self::MODEL_NAME);
        let own = [Self::USER_GRANTS, Self::GROUP_GRANTS];
        let table = Self::default();
        named["content_type"] == content_type
            && named["table"] == table.table_name()
            && own.iter().enumerate().all(|(place, own)| named["own"][place].as_str() == *own)
    }
}

impl<M: Model> Declared for M {}

macro_rules! models {
    (
        $($module:ident: $app:tt $model:tt $table:tt $key:ident $type:ty $(, $option:ident = $value:tt)*;)*
        = others: $($other:ident)*;
    ) => {
        $(mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, refrain::Model)]
            #[sea_orm(table_name = $table)]
            #[refrain(app = $app, model = $model $(, $option = $value)*)]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub $key: $type,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}

            impl super::Keyed for Model {
                fn keyed(key: &serde_json::Value) -> Option<Self> {
                    Some(Self { $key: serde_json::from_value(key.clone()).ok()? })
                }

                fn key(&self) -> serde_json::Value {
                    serde_json::json!(self.$key)
                }
            }
        })*

        impl Library<'_> {
            /// Answers a question about a model, or about rows of it.
            pub(super) async fn answer_about(&mut self, named: &Value, question: &Value) -> Told {
                $(if $module::Entity::is(named) {
                    return Box::pin(self.about::<$module::Entity>(question)).await;
                })*
                Err(refrain::Error::wiring(format!("no such model is declared: {named}")))
            }
        }

        /// Those that are models of their own.
        pub fn all() -> Models {
            let others = [$(std::any::type_name::<$other::Entity>()),*];
            let models = Models::default();
            $(let models = match others.contains(&std::any::type_name::<$module::Entity>()) {
                true => models,
                false => models.with::<$module::Entity>(),
            };)*
            models
        }
    };
}

models! {
    content_type: "contenttypes" "ContentType" "django_content_type" id i32;
    group: "auth" "Group" "auth_group" id i32;
    permission: "auth" "Permission" "auth_permission" id i32;
    user: "testapp" "CustomUser" "testapp_customuser" custom_id i32;
    log_entry: "admin" "LogEntry" "django_admin_log" id i32;
    session: "sessions" "Session" "django_session" session_key String;
    post: "testapp" "Post" "testapp_post" id i64;
    user_profile: "testapp" "UserProfile" "testapp_userprofile" id i64;
    project: "testapp" "Project" "testapp_project" id i64,
        user_grants = "testapp_projectuserobjectpermission", group_grants = "testapp_projectgroupobjectpermission";
    mixed: "testapp" "Mixed" "testapp_mixed" id i64, group_grants = "testapp_mixedgroupobjectpermission";
    reverse_mixed: "testapp" "ReverseMixed" "testapp_reversemixed" id i64,
        user_grants = "testapp_reversemixeduserobjectpermission";
    log_entry_with_group: "testapp" "LogEntryWithGroup" "testapp_logentrywithgroup" logentry_ptr_id i32;
    char_key: "testapp" "CharPKModel" "testapp_charpkmodel" char_pk String;
    uuid_key: "testapp" "UUIDPKModel" "testapp_uuidpkmodel" uuid_pk Uuid;
    text_key: "testapp" "TextPKModel" "testapp_textpkmodel" text_pk String;
    parent: "testapp" "ParentTestModel" "testapp_parenttestmodel" id i64;
    child: "testapp" "ChildTestModel" "testapp_childtestmodel" parent_id_id i64;
    // with the content type of another, as GUARDIAN_GET_CONTENT_TYPE gives it to them
    user_as_group: "auth" "Group" "testapp_customuser" custom_id i32,
        user_grants = "testapp_projectuserobjectpermission";
    child_as_parent: "testapp" "ParentTestModel" "testapp_childtestmodel" parent_id_id i64;
    // with `enabled = False` on their own tables
    project_without: "testapp" "Project" "testapp_project" id i64;
    mixed_without: "testapp" "Mixed" "testapp_mixed" id i64;
    reverse_mixed_without: "testapp" "ReverseMixed" "testapp_reversemixed" id i64;
    = others: user_as_group child_as_parent project_without mixed_without reverse_mixed_without;
}
