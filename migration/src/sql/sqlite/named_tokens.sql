CREATE TABLE "refrain_token" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" varchar(100) NOT NULL,
    "digest" varchar(64) NOT NULL UNIQUE,
    "created" datetime NOT NULL,
    "expires_at" datetime NULL,
    "last_used" datetime NULL,
    "ceiling" text NULL,
    "user_id" {user_key} NOT NULL REFERENCES "{users}" ("id") ON DELETE CASCADE
);
CREATE INDEX "refrain_token_user_id" ON "refrain_token" ("user_id");
