CREATE TABLE "authtoken_token" (
    "key" varchar(40) NOT NULL PRIMARY KEY,
    "created" timestamp with time zone NOT NULL,
    "user_id" {user_key} NOT NULL UNIQUE
);
ALTER TABLE "authtoken_token" ADD CONSTRAINT "<<authtoken_token(user_id)_fk_{users}_id>>" FOREIGN KEY ("user_id") REFERENCES "{users}" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "authtoken_token_key_10f0b77e_like" ON "authtoken_token" ("key" varchar_pattern_ops);
