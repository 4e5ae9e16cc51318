//! What was granted when a write was first judged, and is not when it writes.

use std::sync::Arc;

use poem::{Body, http::Method};
use refrain::{
    Result,
    auth::{Auth, Group, NewUser, User},
};
use refrain_testing::{TestDb, every_database};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::{
    in_rules::statuses::{Alone, Negated, OwnedOr},
    support::{
        Answer, Client, Rules, answer, api, auth, car, car_of,
        meanwhile::{begin_first, held_back, wait_until_blocked},
        sync, user,
    },
};

/// By what the caller may change the row, until it is taken away.
#[derive(Clone, Copy, Debug, PartialEq)]
enum By {
    Grant,
    GroupsGrant,
    Membership,
    /// of a grant: of an expression that negates it
    Absence,
}

const EVERY: [By; 4] = [By::Grant, By::GroupsGrant, By::Membership, By::Absence];

#[every_database]
async fn a_grant_revoked_before_the_lock_stops_the_write(db: TestDb) -> Result<()> {
    for by in EVERY {
        let world = World::new(&db, by).await?;
        let (body, gate) = held_back();
        let write = world.start(Method::PATCH, body);
        gate.is_read().await;
        world.revoke(&*db).await;
        gate.release(json!({"name": "written"})).await;
        world.is_refused(&db, write.await.expect("an answer")).await?;
    }
    Ok(())
}

#[every_database]
async fn a_grant_revoked_during_the_wait_for_the_lock_stops_the_write(db: TestDb) -> Result<()> {
    for by in EVERY {
        let world = World::new(&db, by).await?;
        let other = db.another_pool().await;
        let (body, gate) = held_back();
        let write = world.start(Method::PATCH, body);
        gate.is_read().await;
        let transaction = begin_first(&other, world.row.id).await;
        gate.release(json!({"name": "written"})).await;
        wait_until_blocked(&db, &other).await;
        world.revoke(&transaction).await;
        transaction.commit().await?;
        world.is_refused(&db, write.await.expect("an answer")).await?;
    }
    Ok(())
}

/// The tests above would pass if no write ever went through.
#[every_database]
async fn a_write_whose_grant_stays_goes_through(db: TestDb) -> Result<()> {
    for by in EVERY {
        let world = World::new(&db, by).await?;
        let (body, gate) = held_back();
        let write = world.start(Method::PATCH, body);
        gate.is_read().await;
        gate.release(json!({"name": "written"})).await;
        let answer = write.await.expect("an answer");
        assert_eq!((answer.code(), &answer.json()["name"]), (200, &json!("written")), "{by:?}");
    }
    Ok(())
}

/// An owner's grants do not matter: what is revoked there stops nothing.
#[every_database]
async fn a_revoked_grant_that_was_not_needed_stops_nothing(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let row = car_of(&db, Some(&alice), "mine").await;
    auth.assign_perm(db.db(), car::Entity::CHANGE_CAR, [&alice], [&row]).await?;
    let client = Arc::new(api::<OwnedOr>(&db.another_pool().await, &auth));
    let (body, gate) = held_back();
    let write = start(&client, &row, &token, Method::PATCH, body);
    gate.is_read().await;
    auth.remove_perm(db.db(), car::Entity::CHANGE_CAR, [&alice], [&row]).await?;
    gate.release(json!({"name": "written"})).await;
    assert_eq!(write.await.expect("an answer").code(), 200);
    Ok(())
}

struct World {
    client: Arc<Client>,
    alice: User,
    team: Group,
    token: String,
    row: car::Model,
    by: By,
}

impl World {
    /// Alice may view the row, and change it.
    async fn new(db: &TestDb, by: By) -> Result<Self> {
        static N: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let n = N.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let auth = auth();
        sync(&auth, db).await;
        let (alice, token) = user(&auth, db, NewUser::new(format!("alice-{n}")), &[]).await;
        let team = auth.create_group(db.db(), &format!("Team {n}")).await?;
        alice.groups().add(db.db(), [&team]).await?;
        let row = car_of(db, None, "as it was").await;
        let client = match by {
            By::Absence => client::<Negated>(db, &auth).await,
            _ => client::<Alone>(db, &auth).await,
        };
        match by {
            By::Absence => {}
            By::Grant => drop(auth.assign_perm(db.db(), car::Entity::CHANGE_CAR, [&alice], [&row]).await?),
            By::GroupsGrant | By::Membership => {
                auth.assign_perm(db.db(), car::Entity::CHANGE_CAR, [&team], [&row]).await?;
            }
        }
        if by != By::Absence {
            auth.assign_perm(db.db(), car::Entity::VIEW_CAR, [&alice], [&row]).await?;
        }
        Ok(Self { client, alice, team, token, row, by })
    }

    fn start(&self, method: Method, body: Body) -> tokio::task::JoinHandle<Answer> {
        start(&self.client, &self.row, &self.token, method, body)
    }

    /// Behind Refrain's back, as Django or psql would.
    async fn revoke(&self, db: &impl ConnectionTrait) {
        let (alice, team, row) = (crate::keyed::key_of(&self.alice), self.team.id, self.row.id);
        let change = "(SELECT id FROM auth_permission WHERE codename = 'change_car')";
        let sql = match self.by {
            By::Grant => format!(
                "DELETE FROM guardian_userobjectpermission WHERE user_id = {alice} AND permission_id IN {change}"
            ),
            By::GroupsGrant => format!("DELETE FROM guardian_groupobjectpermission WHERE group_id = {team}"),
            By::Membership => format!("DELETE FROM auth_user_groups WHERE user_id = {alice}"),
            By::Absence => format!(
                "INSERT INTO guardian_userobjectpermission (user_id, permission_id, content_type_id, object_pk) \
                 SELECT {alice}, id, content_type_id, '{row}' FROM auth_permission WHERE codename = 'change_car'"
            ),
        };
        assert_eq!(db.execute_unprepared(&sql).await.expect("the tables are there").rows_affected(), 1, "{sql}");
    }

    async fn is_refused(&self, db: &TestDb, answer: Answer) -> Result<()> {
        assert_eq!(answer.code(), 403, "{:?}: {}", self.by, answer.text);
        let row = self.client.get(&format!("/api/cars/{}", self.row.id), &self.token).await;
        assert_eq!(row.code(), 200, "{:?}: {}", self.by, row.text);
        assert_ne!(row.json()["name"], "written", "{:?}", self.by);
        let may = self.alice.has_perm_on(db.db(), car::Entity::CHANGE_CAR, &self.row).await?;
        assert_eq!(may, self.by == By::Absence);
        Ok(())
    }
}

async fn client<R: Rules>(db: &TestDb, auth: &Auth) -> Arc<Client> {
    Arc::new(api::<R>(&db.another_pool().await, auth))
}

fn start(
    client: &Arc<Client>,
    row: &car::Model,
    token: &str,
    method: Method,
    body: Body,
) -> tokio::task::JoinHandle<Answer> {
    let (client, path, token) = (client.clone(), format!("/api/cars/{}", row.id), format!("Token {token}"));
    tokio::spawn(async move {
        let request = client.raw().request(method, path).header("authorization", token);
        answer(request.content_type("application/json").body(body).send().await).await
    })
}
