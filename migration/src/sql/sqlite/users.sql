CREATE TABLE "{users}" (
    "id" {user_id} NOT NULL PRIMARY KEY{numbered},
    "password" varchar(128) NOT NULL,
    "last_login" datetime NULL,
    "is_superuser" bool NOT NULL,
    "username" varchar(150) NOT NULL UNIQUE,
    "last_name" varchar(150) NOT NULL,
    "email" varchar(254) NOT NULL,
    "is_staff" bool NOT NULL,
    "is_active" bool NOT NULL,
    "date_joined" datetime NOT NULL,
    "first_name" varchar(150) NOT NULL
);

CREATE TABLE "{user_groups}" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "{link}" {user_key} NOT NULL REFERENCES "{users}" ("id") DEFERRABLE INITIALLY DEFERRED,
    "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX "<<{user_groups}({link}, group_id)_uniq>>" ON "{user_groups}" ("{link}", "group_id");
CREATE INDEX "<<{user_groups}({link})>>" ON "{user_groups}" ("{link}");
CREATE INDEX "<<{user_groups}(group_id)>>" ON "{user_groups}" ("group_id");

CREATE TABLE "{user_permissions}" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "{link}" {user_key} NOT NULL REFERENCES "{users}" ("id") DEFERRABLE INITIALLY DEFERRED,
    "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX "<<{user_permissions}({link}, permission_id)_uniq>>" ON "{user_permissions}" ("{link}", "permission_id");
CREATE INDEX "<<{user_permissions}({link})>>" ON "{user_permissions}" ("{link}");
CREATE INDEX "<<{user_permissions}(permission_id)>>" ON "{user_permissions}" ("permission_id");
