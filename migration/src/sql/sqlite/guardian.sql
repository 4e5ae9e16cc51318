CREATE TABLE "guardian_groupobjectpermission" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "object_pk" varchar(255) NOT NULL,
    "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED,
    "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED,
    "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX "guardian_groupobjectpermission_group_id_permission_id_object_pk_3f189f7c_uniq" ON "guardian_groupobjectpermission" ("group_id", "permission_id", "object_pk");
CREATE INDEX "guardian_groupobjectpermission_content_type_id_7ade36b8" ON "guardian_groupobjectpermission" ("content_type_id");
CREATE INDEX "guardian_groupobjectpermission_group_id_4bbbfb62" ON "guardian_groupobjectpermission" ("group_id");
CREATE INDEX "guardian_groupobjectpermission_permission_id_36572738" ON "guardian_groupobjectpermission" ("permission_id");
CREATE INDEX "guardian_gr_permiss_83545c_idx" ON "guardian_groupobjectpermission" ("permission_id", "group_id", "content_type_id", "object_pk");
CREATE INDEX "guardian_gr_group_i_9e7d12_idx" ON "guardian_groupobjectpermission" ("group_id", "content_type_id", "object_pk");

CREATE TABLE "guardian_userobjectpermission" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "object_pk" varchar(255) NOT NULL,
    "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED,
    "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED,
    "user_id" {user_key} NOT NULL REFERENCES "{users}" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX "guardian_userobjectpermission_user_id_permission_id_object_pk_b0b3d2fc_uniq" ON "guardian_userobjectpermission" ("user_id", "permission_id", "object_pk");
CREATE INDEX "guardian_userobjectpermission_content_type_id_2e892405" ON "guardian_userobjectpermission" ("content_type_id");
CREATE INDEX "guardian_userobjectpermission_permission_id_71807bfc" ON "guardian_userobjectpermission" ("permission_id");
CREATE INDEX "guardian_userobjectpermission_user_id_d5c1e964" ON "guardian_userobjectpermission" ("user_id");
CREATE INDEX "guardian_us_permiss_e5749c_idx" ON "guardian_userobjectpermission" ("permission_id", "user_id", "content_type_id", "object_pk");
CREATE INDEX "guardian_us_user_id_8eae14_idx" ON "guardian_userobjectpermission" ("user_id", "content_type_id", "object_pk");
