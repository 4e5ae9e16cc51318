use sea_orm::{ActiveModelTrait, EntityTrait, FromQueryResult, IntoActiveModel, ModelTrait, PrimaryKeyTrait};

use super::PathKey;
use crate::model::{Model, key_columns};

/// An entity whose rows a serializer can show and a viewset can serve; every model's is whose key a path can name.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::serializer::Resource;
///
/// assert!(matches!(car::Entity::key(), car::Column::Id));
/// ```
pub trait Resource:
    Model<Model: Sync + IntoActiveModel<Self::ActiveModel> + ModelTrait<Entity = Self> + FromQueryResult>
    + EntityTrait<
        ActiveModel: ActiveModelTrait<Entity = Self> + Send + Sync,
        PrimaryKey: PrimaryKeyTrait<ValueType: PathKey>,
    >
{
    /// The column of the (first) primary key.
    fn key() -> Self::Column {
        key_columns::<Self>().next().expect("a sea-orm entity has a primary key")
    }
}

impl<E> Resource for E
where
    E: Model<Model: Sync + IntoActiveModel<E::ActiveModel> + ModelTrait<Entity = E> + FromQueryResult>,
    E: EntityTrait<
            ActiveModel: ActiveModelTrait<Entity = E> + Send + Sync,
            PrimaryKey: PrimaryKeyTrait<ValueType: PathKey>,
        >,
{
}
