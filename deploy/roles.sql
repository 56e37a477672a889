-- What an administrator of a managed PostgreSQL runs once, as a role that may make roles and databases. The program makes the
-- schema itself, as `dismantle_login`; it names this SQL when something of it is missing.
create role dismantle_login login password 'choose one';
create role dismantle_app nologin nosuperuser nobypassrls nocreatedb nocreaterole;
create role dismantle_partner nologin nosuperuser nobypassrls nocreatedb nocreaterole;
grant dismantle_app to dismantle_login;
-- Not inherited: what narrows partners must not narrow the program itself.
grant dismantle_partner to dismantle_login with inherit false, set true;
create database dismantle owner dismantle_login encoding 'UTF8' template template0;
