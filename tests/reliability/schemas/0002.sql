BEGIN TRANSACTION;
CREATE TABLE absence (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	person_id VARCHAR(64) NOT NULL, 
	from_on DATE NOT NULL, 
	to_on DATE NOT NULL, 
	reason VARCHAR(200) NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE account (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	name VARCHAR(300) NOT NULL, 
	alias VARCHAR(300) NOT NULL, 
	search_key VARCHAR(600) NOT NULL, 
	tier VARCHAR(1) NOT NULL, 
	lifecycle VARCHAR(16) NOT NULL, 
	industry VARCHAR(100) NOT NULL, 
	size VARCHAR(100) NOT NULL, 
	address VARCHAR(500) NOT NULL, 
	phone VARCHAR(100) NOT NULL, 
	lat FLOAT, 
	lon FLOAT, 
	cadence_days INTEGER, 
	PRIMARY KEY (id)
);
INSERT INTO "account" VALUES('account-1',34,'rep-1','hub',NULL,NULL,'{}',0,1,'恒泰机械','','恒泰机械 htjx hengtaijixie','C','prospect','','','','ended applied',NULL,NULL,NULL);
INSERT INTO "account" VALUES('account-2',36,'rep-1','hub',NULL,NULL,'{}',0,1,'华锐电子','','华锐电子 hrdz huaruidianzi','C','prospect','','','','ended replayed',NULL,NULL,NULL);
INSERT INTO "account" VALUES('account-3',38,'rep-1','hub',NULL,NULL,'{}',0,1,'中远物流','','中远物流 zywl zhongyuanwuliu','C','prospect','','','','ended discarded',NULL,NULL,NULL);
INSERT INTO "account" VALUES('account-4',40,'rep-1','hub',NULL,NULL,'{}',0,1,'明达制药','','明达制药 mdzy mingdazhiyao','C','prospect','','','','ended undone',NULL,NULL,NULL);
INSERT INTO "account" VALUES('account-5',42,'rep-1','hub',NULL,NULL,'{}',0,1,'东海纺织','','东海纺织 dhfz donghaifangzhi','C','prospect','','','','ended answered',NULL,NULL,NULL);
CREATE TABLE activity (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	rep_id VARCHAR(64) NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	account_id VARCHAR(64), 
	deal_id VARCHAR(64), 
	contact_id VARCHAR(64), 
	companion_id VARCHAR(64), 
	starts_at DATETIME NOT NULL, 
	ends_at DATETIME, 
	is_locked BOOLEAN NOT NULL, 
	is_promised BOOLEAN NOT NULL, 
	subject VARCHAR(500) NOT NULL, 
	goal VARCHAR(1000) NOT NULL, 
	goal_result VARCHAR(8), 
	agenda VARCHAR NOT NULL, 
	needs JSON NOT NULL, 
	advantages VARCHAR NOT NULL, 
	roles_for JSON NOT NULL, 
	roles_against JSON NOT NULL, 
	result VARCHAR NOT NULL, 
	reason VARCHAR(1000) NOT NULL, 
	next_step VARCHAR(1000) NOT NULL, 
	planned_because VARCHAR(500) NOT NULL, 
	moved_from_id VARCHAR(64), 
	PRIMARY KEY (id)
);
INSERT INTO "activity" VALUES('visit-0',44,'rep-1','hub',NULL,NULL,'{}',0,1,'rep-1','visit','planned','account-1',NULL,NULL,NULL,'2026-11-24 02:00:00.000000',NULL,0,0,'','goal 0',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('visit-1',46,'rep-1','hub',NULL,NULL,'{}',0,1,'rep-1','visit','planned','account-2',NULL,NULL,NULL,'2026-11-24 02:00:00.000000',NULL,0,0,'','goal 1',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('visit-2',48,'rep-1','hub',NULL,NULL,'{}',0,1,'rep-1','visit','planned','account-3',NULL,NULL,NULL,'2026-11-24 02:00:00.000000',NULL,0,0,'','goal 2',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('visit-3',50,'rep-1','hub',NULL,NULL,'{}',0,1,'rep-1','visit','planned','account-4',NULL,NULL,NULL,'2026-11-24 02:00:00.000000',NULL,0,0,'','goal 3',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('visit-4',52,'rep-1','hub',NULL,NULL,'{}',0,1,'rep-1','visit','planned','account-5',NULL,NULL,NULL,'2026-11-24 02:00:00.000000',NULL,0,0,'','goal 4',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('visit-5',54,'rep-1','hub',NULL,NULL,'{}',1,1,'rep-1','visit','planned','account-1',NULL,NULL,NULL,'2026-11-24 02:00:00.000000',NULL,0,0,'','patch pending',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('visit-6',56,'rep-1','hub',NULL,NULL,'{}',1,1,'rep-1','visit','planned','account-2',NULL,NULL,NULL,'2026-11-24 02:00:00.000000',NULL,0,0,'','patch inflight',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('visit-7',58,'rep-1','hub',NULL,NULL,'{}',1,1,'rep-1','visit','planned','account-3',NULL,NULL,NULL,'2026-11-24 02:00:00.000000',NULL,0,0,'','patch conflict',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('visit-8',60,'rep-1','hub',NULL,NULL,'{}',1,1,'rep-1','visit','planned','account-4',NULL,NULL,NULL,'2026-11-24 02:00:00.000000',NULL,0,0,'','patch parked',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('visit-9',62,'rep-1','hub',NULL,NULL,'{}',1,1,'rep-1','visit','planned','account-5',NULL,NULL,NULL,'2026-11-24 02:00:00.000000',NULL,0,0,'','patch blocked',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('new-pending',0,'rep-1','hub',NULL,NULL,'{}',1,0,'rep-1','visit','planned','account-1',NULL,NULL,NULL,'2026-11-26 00:30:00.000000',NULL,0,0,'','create pending',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('new-inflight',0,'rep-1','hub',NULL,NULL,'{}',1,0,'rep-1','visit','planned','account-1',NULL,NULL,NULL,'2026-11-26 01:30:00.000000',NULL,0,0,'','create inflight',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('new-conflict',0,'rep-1','hub',NULL,NULL,'{}',1,0,'rep-1','visit','planned','account-1',NULL,NULL,NULL,'2026-11-26 02:30:00.000000',NULL,0,0,'','create conflict',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('new-parked',0,'rep-1','hub',NULL,NULL,'{}',1,0,'rep-1','visit','planned','account-1',NULL,NULL,NULL,'2026-11-26 03:30:00.000000',NULL,0,0,'','create parked',NULL,'','[]','','[]','[]','','','','',NULL);
INSERT INTO "activity" VALUES('new-blocked',0,'rep-1','hub',NULL,NULL,'{}',1,0,'rep-1','visit','planned','account-1',NULL,NULL,NULL,'2026-11-26 04:30:00.000000',NULL,0,0,'','create blocked',NULL,'','[]','','[]','[]','','','','',NULL);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE calendar_day (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	"on" DATE NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE change (
	rev INTEGER NOT NULL, 
	entity VARCHAR(32) NOT NULL, 
	entity_id VARCHAR(64) NOT NULL, 
	op VARCHAR(8) NOT NULL, 
	owner_id VARCHAR(64), 
	account_id VARCHAR(64), 
	PRIMARY KEY (rev)
);
CREATE TABLE change_log (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	entity VARCHAR(32) NOT NULL, 
	entity_id VARCHAR(64) NOT NULL, 
	account_id VARCHAR(64), 
	op VARCHAR(8) NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	actor_id VARCHAR(64), 
	"before" JSON NOT NULL, 
	"after" JSON NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "change_log" VALUES('01a203b3-8937-7386-be32-571de7d7543d',1,NULL,'hub',NULL,NULL,'{}',0,1,'funnel','funnel-1',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8944-75ff-b8af-425e1b2eba1f',3,NULL,'hub',NULL,NULL,'{}',0,1,'team','region-0',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8948-717c-9473-a2d6bbd60720',5,NULL,'hub',NULL,NULL,'{}',0,1,'team','region-1',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-894a-7198-bfc5-ef7fec364dd3',7,NULL,'hub',NULL,NULL,'{}',0,1,'team','team-1',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-894c-7228-a4b8-6c2f6fca26a9',9,NULL,'hub',NULL,NULL,'{}',0,1,'team','team-2',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-894f-75c6-aca1-465b67abaf34',11,'rep-1','hub',NULL,NULL,'{}',0,1,'person','rep-1',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-895e-70f1-a0a5-af4b18bc875d',25,NULL,'hub',NULL,NULL,'{}',0,1,'stage','stage-1',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8961-7266-9d4d-f56d6084860e',27,NULL,'hub',NULL,NULL,'{}',0,1,'stage','stage-2',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8963-77e9-a3d2-b9ea4205085d',29,NULL,'hub',NULL,NULL,'{}',0,1,'stage','stage-3',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8965-72eb-acfc-b4be421790f5',31,NULL,'hub',NULL,NULL,'{}',0,1,'stage','stage-won',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-896f-7608-b09b-ed220ed1c778',33,'rep-1','hub',NULL,NULL,'{}',0,1,'account','account-1','account-1','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89b1-716f-be14-d1a981c6ffec',35,'rep-1','hub',NULL,NULL,'{}',0,1,'account','account-2','account-2','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89b5-76e1-b622-d538bf7e332f',37,'rep-1','hub',NULL,NULL,'{}',0,1,'account','account-3','account-3','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89ba-7334-ac81-46ea129fa1d9',39,'rep-1','hub',NULL,NULL,'{}',0,1,'account','account-4','account-4','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89be-7499-a23b-a2514e2b1a07',41,'rep-1','hub',NULL,NULL,'{}',0,1,'account','account-5','account-5','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89c4-761c-8855-bf6f84b6285c',43,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-0','account-1','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89cd-7321-88fa-25cbb4da58bf',45,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-1','account-2','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89d1-70e2-ab67-6888f7e43d9c',47,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-2','account-3','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89d5-7271-b2d9-b927a6351e03',49,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-3','account-4','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89d9-775e-8192-82c9d3aadee1',51,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-4','account-5','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89dd-70df-ace3-e808ca4395ca',53,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-5','account-1','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89e1-7586-8418-303c4e552593',55,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-6','account-2','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89e6-7334-a215-178efe3585ff',57,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-7','account-3','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89ea-741e-9e49-7e173614a1b1',59,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-8','account-4','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89ef-7562-b918-483875e31e67',61,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-9','account-5','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89f3-71b1-b361-3110cf64c48a',63,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-10','account-1','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89f8-74c5-8e44-76aca62064db',65,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-11','account-2','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-89fd-762b-b1f8-f07cf9394c14',67,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-12','account-3','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8a02-7000-8072-668bc8764af8',69,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-13','account-4','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8a07-7020-a9ba-d5a47987d94d',71,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-14','account-5','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8d1e-721f-96e8-a7c69b3b4129',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','new-pending','account-1','create','2026-11-24 00:30:00.000000','rep-1','{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8d33-70b3-876c-57d9a36e68ac',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','new-inflight','account-1','create','2026-11-24 00:30:00.000000','rep-1','{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8d3b-7585-8280-0560aec2772e',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','new-conflict','account-1','create','2026-11-24 00:30:00.000000','rep-1','{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8d44-756d-9c78-6e0afe17b42f',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','new-parked','account-1','create','2026-11-24 00:30:00.000000','rep-1','{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8d4a-74fb-927f-ee3747c506d2',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','new-blocked','account-1','create','2026-11-24 00:30:00.000000','rep-1','{}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8d4f-735e-a316-ed60b9844f89',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-5','account-1','patch','2026-11-24 00:30:00.000000','rep-1','{"goal":"goal 5"}','{"goal":"patch pending"}');
INSERT INTO "change_log" VALUES('01a203b3-8d56-77a3-a081-b2b24ba8ce56',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-6','account-2','patch','2026-11-24 00:30:00.000000','rep-1','{"goal":"goal 6"}','{"goal":"patch inflight"}');
INSERT INTO "change_log" VALUES('01a203b3-8d5b-707a-904f-f7d0b70b02b5',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-7','account-3','patch','2026-11-24 00:30:00.000000','rep-1','{"goal":"goal 7"}','{"goal":"patch conflict"}');
INSERT INTO "change_log" VALUES('01a203b3-8d60-7524-869f-4d3fe15ae7e5',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-8','account-4','patch','2026-11-24 00:30:00.000000','rep-1','{"goal":"goal 8"}','{"goal":"patch parked"}');
INSERT INTO "change_log" VALUES('01a203b3-8d65-7176-a50b-e6baf6979bb5',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-9','account-5','patch','2026-11-24 00:30:00.000000','rep-1','{"goal":"goal 9"}','{"goal":"patch blocked"}');
INSERT INTO "change_log" VALUES('01a203b3-8d6a-7044-b853-77b2b4224d55',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-10','account-1','delete','2026-11-24 00:30:00.000000','rep-1','{"id":"visit-10","rev":64,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-1","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 10","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8d6f-700b-9bfb-c4f39af3c0da',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-11','account-2','delete','2026-11-24 00:30:00.000000','rep-1','{"id":"visit-11","rev":66,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-2","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 11","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8d74-728d-a882-c8d8f13ff0c9',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-12','account-3','delete','2026-11-24 00:30:00.000000','rep-1','{"id":"visit-12","rev":68,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-3","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 12","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8d79-7604-b867-0d1b4266c167',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-13','account-4','delete','2026-11-24 00:30:00.000000','rep-1','{"id":"visit-13","rev":70,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-4","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 13","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8d7d-7343-a96c-16e3b85a5fc0',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-14','account-5','delete','2026-11-24 00:30:00.000000','rep-1','{"id":"visit-14","rev":72,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-5","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 14","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}','{}');
INSERT INTO "change_log" VALUES('01a203b3-8d84-76d5-b1dd-d18a99ec8e83',0,'rep-1','hub',NULL,NULL,'{}',0,0,'account','account-1','account-1','patch','2026-11-24 00:30:00.000000','rep-1','{"phone":""}','{"phone":"ended applied"}');
INSERT INTO "change_log" VALUES('01a203b3-8d8e-75b3-adb5-179b6df3cf4a',0,'rep-1','hub',NULL,NULL,'{}',0,0,'account','account-2','account-2','patch','2026-11-24 00:30:00.000000','rep-1','{"phone":""}','{"phone":"ended replayed"}');
INSERT INTO "change_log" VALUES('01a203b3-8d94-730c-844c-8c0c5309df0a',0,'rep-1','hub',NULL,NULL,'{}',0,0,'account','account-3','account-3','patch','2026-11-24 00:30:00.000000','rep-1','{"phone":""}','{"phone":"ended discarded"}');
INSERT INTO "change_log" VALUES('01a203b3-8d9b-711e-8741-9964c43c13b1',0,'rep-1','hub',NULL,NULL,'{}',0,0,'account','account-4','account-4','patch','2026-11-24 00:30:00.000000','rep-1','{"phone":""}','{"phone":"ended undone"}');
INSERT INTO "change_log" VALUES('01a203b3-8da2-76bb-8f35-cefced73fd11',0,'rep-1','hub',NULL,NULL,'{}',0,0,'account','account-5','account-5','patch','2026-11-24 00:30:00.000000','rep-1','{"phone":""}','{"phone":"ended answered"}');
CREATE TABLE code_guess (
	person_id VARCHAR(64) NOT NULL, 
	since DATETIME NOT NULL, 
	misses INTEGER NOT NULL, 
	PRIMARY KEY (person_id)
);
CREATE TABLE "conflict" (
	id VARCHAR(64) NOT NULL, 
	mutation_id VARCHAR(64), 
	entity VARCHAR(32) NOT NULL, 
	entity_id VARCHAR(64) NOT NULL, 
	field VARCHAR(64) NOT NULL, 
	base JSON NOT NULL, 
	mine JSON NOT NULL, 
	theirs JSON NOT NULL, 
	theirs_rev INTEGER NOT NULL, 
	theirs_by VARCHAR(64), 
	theirs_at DATETIME, 
	kind VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	resolution VARCHAR(16) NOT NULL, 
	opened_at DATETIME NOT NULL, 
	resolved_at DATETIME, 
	PRIMARY KEY (id)
);
INSERT INTO "conflict" VALUES('question-create','01a203b3-8d3b-7585-8280-0560aec2772e','activity','new-conflict','','{}','"create conflict"','"theirs"',99,NULL,NULL,'unique','open','','2026-11-24 00:30:00.000000',NULL);
INSERT INTO "conflict" VALUES('question-patch','01a203b3-8d5b-707a-904f-f7d0b70b02b5','activity','visit-7','goal','"goal 7"','"patch conflict"','"theirs"',99,NULL,NULL,'field','open','','2026-11-24 00:30:00.000000',NULL);
INSERT INTO "conflict" VALUES('question-delete','01a203b3-8d74-728d-a882-c8d8f13ff0c9','activity','visit-12','','{"id":"visit-12","rev":68,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-3","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 12","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}','null','"theirs"',99,NULL,NULL,'edit_delete','open','','2026-11-24 00:30:00.000000',NULL);
CREATE TABLE contact (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	account_id VARCHAR(64) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	phone VARCHAR(100) NOT NULL, 
	mobile VARCHAR(100) NOT NULL, 
	email VARCHAR(200) NOT NULL, 
	decision_role VARCHAR(64) NOT NULL, 
	stance INTEGER, 
	PRIMARY KEY (id)
);
CREATE TABLE cursor (
	stream VARCHAR(32) NOT NULL, 
	cursor VARCHAR NOT NULL, 
	epoch VARCHAR NOT NULL, 
	generation INTEGER NOT NULL, 
	pages_done INTEGER NOT NULL, 
	rows_done INTEGER NOT NULL, 
	updated_at DATETIME, 
	PRIMARY KEY (stream)
);
CREATE TABLE deal (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	name VARCHAR(300) NOT NULL, 
	account_id VARCHAR(64), 
	funnel_id VARCHAR(64) NOT NULL, 
	stage_id VARCHAR(64) NOT NULL, 
	product_id VARCHAR(64), 
	amount_minor BIGINT, 
	profit_minor BIGINT, 
	currency VARCHAR(3) NOT NULL, 
	source VARCHAR(64) NOT NULL, 
	created_on DATE, 
	expected_on DATE, 
	closed_on DATE, 
	lost_reason VARCHAR(500) NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE device (
	id VARCHAR(64) NOT NULL, 
	person_id VARCHAR(64) NOT NULL, 
	first_seen_at DATETIME NOT NULL, 
	last_seen_at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE device_grant (
	device_hash VARCHAR(64) NOT NULL, 
	user_hash VARCHAR(64) NOT NULL, 
	label VARCHAR(200) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	person_id VARCHAR(64), 
	scopes VARCHAR(300) NOT NULL, 
	interval_s INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	asked_at DATETIME, 
	PRIMARY KEY (device_hash)
);
CREATE TABLE funnel (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	alias VARCHAR(200) NOT NULL, 
	is_default BOOLEAN NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "funnel" VALUES('funnel-1',2,NULL,'hub',NULL,NULL,'{}',0,1,'项目型','',0);
CREATE TABLE import_run (
	id INTEGER NOT NULL, 
	source VARCHAR(200) NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	read INTEGER NOT NULL, 
	written INTEGER NOT NULL, 
	rejected INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE inbound_error (
	entity VARCHAR(32) NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	cursor VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	seen_at DATETIME NOT NULL, 
	PRIMARY KEY (entity, id)
);
CREATE TABLE kpi_rule (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	alias VARCHAR(200) NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	tiers VARCHAR(8) NOT NULL, 
	parent_id VARCHAR(64), 
	scope_id VARCHAR(64), 
	minimum INTEGER NOT NULL, 
	period_kind VARCHAR(8) NOT NULL, 
	consequence_kind VARCHAR(32) NOT NULL, 
	consequence_value INTEGER NOT NULL, 
	from_on DATE, 
	to_on DATE, 
	PRIMARY KEY (id)
);
CREATE TABLE membership (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	person_id VARCHAR(64) NOT NULL, 
	team_id VARCHAR(64) NOT NULL, 
	from_on DATE NOT NULL, 
	to_on DATE, 
	PRIMARY KEY (id)
);
CREATE TABLE meta (
	"key" VARCHAR(64) NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('device_id','01a203b3-8b83-76ff-a0c3-21a616d7547c');
INSERT INTO "meta" VALUES('complete','1');
INSERT INTO "meta" VALUES('person_id','rep-1');
INSERT INTO "meta" VALUES('person_name','张伟');
INSERT INTO "meta" VALUES('role','rep');
INSERT INTO "meta" VALUES('last_error','');
INSERT INTO "meta" VALUES('next_try_at','');
INSERT INTO "meta" VALUES('clock_offset_ms','1');
INSERT INTO "meta" VALUES('hub_time','2026-11-24T00:30:01.392351+00:00');
INSERT INTO "meta" VALUES('fence','1');
INSERT INTO "meta" VALUES('generation','1');
INSERT INTO "meta" VALUES('resync_reason','');
INSERT INTO "meta" VALUES('backdate_days','45');
INSERT INTO "meta" VALUES('drained','01a203b3-8969-7336-9770-793dec3a879a 72 rep team-1 rep:self:rw');
INSERT INTO "meta" VALUES('failures','0');
INSERT INTO "meta" VALUES('last_sync_at','2026-11-24T00:30:01.483726+00:00');
INSERT INTO "meta" VALUES('outbox_seq','20');
CREATE TABLE milestone_done (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	deal_id VARCHAR(64) NOT NULL, 
	account_id VARCHAR(64), 
	stage_id VARCHAR(64) NOT NULL, 
	done_at DATETIME NOT NULL, 
	by_id VARCHAR(64), 
	PRIMARY KEY (id)
);
CREATE TABLE mutation_result (
	mutation_id VARCHAR(64) NOT NULL, 
	person_id VARCHAR(64) NOT NULL, 
	device_id VARCHAR(64) NOT NULL, 
	payload_hash VARCHAR(64) NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	body JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (mutation_id)
);
CREATE TABLE opening_window (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	account_id VARCHAR(64) NOT NULL, 
	weekday INTEGER NOT NULL, 
	opens VARCHAR(5) NOT NULL, 
	closes VARCHAR(5) NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE outbox (
	mutation_id VARCHAR(64) NOT NULL, 
	entity VARCHAR(32) NOT NULL, 
	entity_id VARCHAR(64) NOT NULL, 
	op VARCHAR(8) NOT NULL, 
	patch JSON NOT NULL, 
	base JSON NOT NULL, 
	base_rev INTEGER NOT NULL, 
	schema_v INTEGER NOT NULL, 
	occurred_at DATETIME NOT NULL, 
	depends_on VARCHAR(64), 
	attempts INTEGER NOT NULL, 
	action_id VARCHAR(64) NOT NULL, 
	label VARCHAR(300) NOT NULL, 
	seq INTEGER NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	next_try_at DATETIME, 
	error_type VARCHAR(64) NOT NULL, 
	error_text VARCHAR NOT NULL, is_again BOOLEAN DEFAULT '0' NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (mutation_id)
);
INSERT INTO "outbox" VALUES('01a203b3-8d1e-721f-96e8-a7c69b3b4129','activity','new-pending','create','{"rep_id":"rep-1","owner_id":"rep-1","account_id":"account-1","starts_at":"2026-11-26T00:30:00.000000Z","goal":"create pending"}','{}',0,1,'2026-11-24 00:30:00.000000',NULL,0,'01a203b3-8d17-7293-aca6-81663f954459','create new-pending',1,'pending',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a203b3-8d33-70b3-876c-57d9a36e68ac','activity','new-inflight','create','{"rep_id":"rep-1","owner_id":"rep-1","account_id":"account-1","starts_at":"2026-11-26T01:30:00.000000Z","goal":"create inflight"}','{}',0,1,'2026-11-24 00:30:00.000000',NULL,1,'01a203b3-8d32-7213-a171-eca217935859','create new-inflight',2,'inflight',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a203b3-8d3b-7585-8280-0560aec2772e','activity','new-conflict','create','{"rep_id":"rep-1","owner_id":"rep-1","account_id":"account-1","starts_at":"2026-11-26T02:30:00.000000Z","goal":"create conflict"}','{}',0,1,'2026-11-24 00:30:00.000000',NULL,1,'01a203b3-8d3a-77a9-beb1-ce0c039aec28','create new-conflict',3,'conflict',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a203b3-8d44-756d-9c78-6e0afe17b42f','activity','new-parked','create','{"rep_id":"rep-1","owner_id":"rep-1","account_id":"account-1","starts_at":"2026-11-26T03:30:00.000000Z","goal":"create parked"}','{}',0,1,'2026-11-24 00:30:00.000000',NULL,1,'01a203b3-8d43-7140-97e3-f25696d5a0ac','create new-parked',4,'parked',NULL,'validation','goal: too long',0);
INSERT INTO "outbox" VALUES('01a203b3-8d4a-74fb-927f-ee3747c506d2','activity','new-blocked','create','{"rep_id":"rep-1","owner_id":"rep-1","account_id":"account-1","starts_at":"2026-11-26T04:30:00.000000Z","goal":"create blocked"}','{}',0,1,'2026-11-24 00:30:00.000000','01a203b3-8d44-756d-9c78-6e0afe17b42f',1,'01a203b3-8d4a-74fb-927f-ee36c1e68df5','create new-blocked',5,'blocked',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a203b3-8d4f-735e-a316-ed60b9844f89','activity','visit-5','patch','{"goal":"patch pending"}','{"goal":"goal 5"}',54,1,'2026-11-24 00:30:00.000000',NULL,0,'01a203b3-8d4f-735e-a316-ed5fed2857cf','patch visit-5',6,'pending',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a203b3-8d56-77a3-a081-b2b24ba8ce56','activity','visit-6','patch','{"goal":"patch inflight"}','{"goal":"goal 6"}',56,1,'2026-11-24 00:30:00.000000',NULL,1,'01a203b3-8d55-7388-8d01-ba8529777d75','patch visit-6',7,'inflight',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a203b3-8d5b-707a-904f-f7d0b70b02b5','activity','visit-7','patch','{"goal":"patch conflict"}','{"goal":"goal 7"}',58,1,'2026-11-24 00:30:00.000000',NULL,1,'01a203b3-8d5a-75a2-8527-6771281af2d7','patch visit-7',8,'conflict',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a203b3-8d60-7524-869f-4d3fe15ae7e5','activity','visit-8','patch','{"goal":"patch parked"}','{"goal":"goal 8"}',60,1,'2026-11-24 00:30:00.000000',NULL,1,'01a203b3-8d60-7524-869f-4d3ef0ac3d10','patch visit-8',9,'parked',NULL,'validation','goal: too long',0);
INSERT INTO "outbox" VALUES('01a203b3-8d65-7176-a50b-e6baf6979bb5','activity','visit-9','patch','{"goal":"patch blocked"}','{"goal":"goal 9"}',62,1,'2026-11-24 00:30:00.000000','01a203b3-8d60-7524-869f-4d3fe15ae7e5',1,'01a203b3-8d65-7176-a50b-e6b9dc84ffc4','patch visit-9',10,'blocked',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a203b3-8d6a-7044-b853-77b2b4224d55','activity','visit-10','delete','{}','{"id":"visit-10","rev":64,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-1","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 10","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',64,1,'2026-11-24 00:30:00.000000',NULL,0,'01a203b3-8d69-711c-83f0-c0bcb4e2c6b9','delete visit-10',11,'pending',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a203b3-8d6f-700b-9bfb-c4f39af3c0da','activity','visit-11','delete','{}','{"id":"visit-11","rev":66,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-2","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 11","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',66,1,'2026-11-24 00:30:00.000000',NULL,1,'01a203b3-8d6f-700b-9bfb-c4f2b5c28221','delete visit-11',12,'inflight',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a203b3-8d74-728d-a882-c8d8f13ff0c9','activity','visit-12','delete','{}','{"id":"visit-12","rev":68,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-3","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 12","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',68,1,'2026-11-24 00:30:00.000000',NULL,1,'01a203b3-8d73-77b0-9482-63af061696bb','delete visit-12',13,'conflict',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a203b3-8d79-7604-b867-0d1b4266c167','activity','visit-13','delete','{}','{"id":"visit-13","rev":70,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-4","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 13","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',70,1,'2026-11-24 00:30:00.000000',NULL,1,'01a203b3-8d78-7377-aa84-4f00d4b69e51','delete visit-13',14,'parked',NULL,'validation','goal: too long',0);
INSERT INTO "outbox" VALUES('01a203b3-8d7d-7343-a96c-16e3b85a5fc0','activity','visit-14','delete','{}','{"id":"visit-14","rev":72,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-5","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 14","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',72,1,'2026-11-24 00:30:00.000000','01a203b3-8d79-7604-b867-0d1b4266c167',1,'01a203b3-8d7d-7343-a96c-16e24f3fc7cd','delete visit-14',15,'blocked',NULL,'','',0);
CREATE TABLE outbox_done (
	mutation_id VARCHAR(64) NOT NULL, 
	entity VARCHAR(32) NOT NULL, 
	entity_id VARCHAR(64) NOT NULL, 
	op VARCHAR(8) NOT NULL, 
	patch JSON NOT NULL, 
	base JSON NOT NULL, 
	base_rev INTEGER NOT NULL, 
	schema_v INTEGER NOT NULL, 
	occurred_at DATETIME NOT NULL, 
	depends_on VARCHAR(64), 
	attempts INTEGER NOT NULL, 
	action_id VARCHAR(64) NOT NULL, 
	label VARCHAR(300) NOT NULL, 
	seq INTEGER NOT NULL, 
	result VARCHAR(16) NOT NULL, 
	rev INTEGER NOT NULL, 
	generation INTEGER NOT NULL, 
	ended_at DATETIME NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (mutation_id)
);
INSERT INTO "outbox_done" VALUES('01a203b3-8d84-76d5-b1dd-d18a99ec8e83','account','account-1','patch','{"phone":"ended applied"}','{"phone":""}',34,1,'2026-11-24 00:30:00.000000',NULL,0,'01a203b3-8d81-73f3-bcd1-05ba44dab144','patch account-1',16,'applied',7,0,'2026-11-24 00:30:01.392351');
INSERT INTO "outbox_done" VALUES('01a203b3-8d8e-75b3-adb5-179b6df3cf4a','account','account-2','patch','{"phone":"ended replayed"}','{"phone":""}',36,1,'2026-11-24 00:30:00.000000',NULL,0,'01a203b3-8d8d-74f3-b874-f38948b435bf','patch account-2',17,'replayed',7,0,'2026-11-24 00:30:01.392351');
INSERT INTO "outbox_done" VALUES('01a203b3-8d94-730c-844c-8c0c5309df0a','account','account-3','patch','{"phone":"ended discarded"}','{"phone":""}',38,1,'2026-11-24 00:30:00.000000',NULL,0,'01a203b3-8d93-753e-88b3-a469603190f6','patch account-3',18,'discarded',0,0,'2026-11-24 00:30:01.392351');
INSERT INTO "outbox_done" VALUES('01a203b3-8d9b-711e-8741-9964c43c13b1','account','account-4','patch','{"phone":"ended undone"}','{"phone":""}',40,1,'2026-11-24 00:30:00.000000',NULL,0,'01a203b3-8d9a-77c4-8ccc-ce1d3b714286','patch account-4',19,'undone',0,0,'2026-11-24 00:30:01.392351');
INSERT INTO "outbox_done" VALUES('01a203b3-8da2-76bb-8f35-cefced73fd11','account','account-5','patch','{"phone":"ended answered"}','{"phone":""}',42,1,'2026-11-24 00:30:00.000000',NULL,0,'01a203b3-8da1-73f0-9ba5-0af9e20cc5f8','patch account-5',20,'answered',0,0,'2026-11-24 00:30:01.392351');
CREATE TABLE person (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	alias VARCHAR(200) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	team_id VARCHAR(64), 
	mentor_id VARCHAR(64), 
	email VARCHAR(200) NOT NULL, 
	work_days VARCHAR(7) NOT NULL, 
	home_lat FLOAT, 
	home_lon FLOAT, 
	bonus_base_minor INTEGER, 
	currency VARCHAR(3) NOT NULL, 
	rung VARCHAR(64) NOT NULL, 
	is_active BOOLEAN NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "person" VALUES('rep-1',12,NULL,'hub',NULL,NULL,'{}',0,1,'张伟','','rep','team-1',NULL,'','12345',NULL,NULL,500000,'CNY','',1);
INSERT INTO "person" VALUES('rep-2',14,NULL,'hub',NULL,NULL,'{}',0,1,'李娜','','rep','team-1',NULL,'','12345',NULL,NULL,NULL,'CNY','',1);
INSERT INTO "person" VALUES('lead-1',16,NULL,'hub',NULL,NULL,'{}',0,1,'周岚','','team_lead','team-1',NULL,'','12345',NULL,NULL,NULL,'CNY','',1);
INSERT INTO "person" VALUES('rep-3',18,NULL,'hub',NULL,NULL,'{}',0,1,'王强','','rep','team-2',NULL,'','12345',NULL,NULL,NULL,'CNY','',1);
INSERT INTO "person" VALUES('lead-2',20,NULL,'hub',NULL,NULL,'{}',0,1,'陈静','','team_lead','team-2',NULL,'','12345',NULL,NULL,NULL,'CNY','',1);
INSERT INTO "person" VALUES('head-1',22,NULL,'hub',NULL,NULL,'{}',0,1,'沈敏','','region_head','region-1',NULL,'','12345',NULL,NULL,NULL,'CNY','',1);
INSERT INTO "person" VALUES('boss',24,NULL,'hub',NULL,NULL,'{}',0,1,'管理','','region_head','region-0',NULL,'','12345',NULL,NULL,NULL,'CNY','',1);
CREATE TABLE product (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	alias VARCHAR(200) NOT NULL, 
	list_price_minor BIGINT, 
	currency VARCHAR(3) NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE refresh_token (
	hash VARCHAR(64) NOT NULL, 
	family_id VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	retried_at DATETIME, 
	ended_at DATETIME, 
	next_hash VARCHAR(64), 
	PRIMARY KEY (hash)
);
CREATE TABLE scope_exit (
	rev INTEGER NOT NULL, 
	person_id VARCHAR(64) NOT NULL, 
	entity VARCHAR(32) NOT NULL, 
	entity_id VARCHAR(64) NOT NULL, 
	PRIMARY KEY (rev, person_id, entity, entity_id)
);
CREATE TABLE stage (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	funnel_id VARCHAR(64) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	alias VARCHAR(200) NOT NULL, 
	position INTEGER NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	probability INTEGER NOT NULL, 
	days INTEGER, 
	milestone VARCHAR(300) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "stage" VALUES('stage-1',26,NULL,'hub',NULL,NULL,'{}',0,1,'funnel-1','stage-1','',0,'open',0,NULL,'');
INSERT INTO "stage" VALUES('stage-2',28,NULL,'hub',NULL,NULL,'{}',0,1,'funnel-1','stage-2','',0,'open',0,NULL,'');
INSERT INTO "stage" VALUES('stage-3',30,NULL,'hub',NULL,NULL,'{}',0,1,'funnel-1','stage-3','',0,'open',0,NULL,'');
INSERT INTO "stage" VALUES('stage-won',32,NULL,'hub',NULL,NULL,'{}',0,1,'funnel-1','stage-won','',0,'won',0,NULL,'');
CREATE TABLE stage_change (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	deal_id VARCHAR(64) NOT NULL, 
	account_id VARCHAR(64), 
	from_stage_id VARCHAR(64), 
	to_stage_id VARCHAR(64) NOT NULL, 
	changed_at DATETIME NOT NULL, 
	by_id VARCHAR(64), 
	PRIMARY KEY (id)
);
CREATE TABLE sync_base (
	entity VARCHAR(32) NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	base JSON NOT NULL, seen_gen INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (entity, id)
);
INSERT INTO "sync_base" VALUES('activity','visit-5',54,'{"id":"visit-5","rev":54,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-1","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 5","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',1);
INSERT INTO "sync_base" VALUES('activity','visit-6',56,'{"id":"visit-6","rev":56,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-2","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 6","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',1);
INSERT INTO "sync_base" VALUES('activity','visit-7',58,'{"id":"visit-7","rev":58,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-3","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 7","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',1);
INSERT INTO "sync_base" VALUES('activity','visit-8',60,'{"id":"visit-8","rev":60,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-4","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 8","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',1);
INSERT INTO "sync_base" VALUES('activity','visit-9',62,'{"id":"visit-9","rev":62,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-5","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 9","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',1);
INSERT INTO "sync_base" VALUES('activity','visit-10',64,'{"id":"visit-10","rev":64,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-1","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 10","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',1);
INSERT INTO "sync_base" VALUES('activity','visit-11',66,'{"id":"visit-11","rev":66,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-2","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 11","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',1);
INSERT INTO "sync_base" VALUES('activity','visit-12',68,'{"id":"visit-12","rev":68,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-3","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 12","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',1);
INSERT INTO "sync_base" VALUES('activity','visit-13',70,'{"id":"visit-13","rev":70,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-4","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 13","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',1);
INSERT INTO "sync_base" VALUES('activity','visit-14',72,'{"id":"visit-14","rev":72,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-5","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 14","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',1);
CREATE TABLE sync_run (
	id INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	phase VARCHAR(32) NOT NULL, 
	pushed INTEGER NOT NULL, 
	pulled INTEGER NOT NULL, 
	conflicts INTEGER NOT NULL, 
	parked INTEGER NOT NULL, 
	bytes INTEGER NOT NULL, 
	error VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "sync_run" VALUES(1,'2026-11-24 00:30:01.383993','2026-11-24 00:30:01.483726','done',0,66,0,0,24667,'');
CREATE TABLE target (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	metric VARCHAR(64) NOT NULL, 
	scope_kind VARCHAR(16) NOT NULL, 
	scope_id VARCHAR(64) NOT NULL, 
	period_kind VARCHAR(8) NOT NULL, 
	period_start DATE NOT NULL, 
	value BIGINT NOT NULL, 
	unit VARCHAR(8) NOT NULL, 
	currency VARCHAR(3) NOT NULL, 
	parent_id VARCHAR(64), 
	version INTEGER NOT NULL, 
	agreed_by_rep_at DATETIME, 
	agreed_by_lead_at DATETIME, 
	PRIMARY KEY (id)
);
CREATE TABLE team (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	alias VARCHAR(200) NOT NULL, 
	parent_id VARCHAR(64), 
	kind VARCHAR(16) NOT NULL, 
	time_zone VARCHAR(64) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "team" VALUES('region-0',4,NULL,'hub',NULL,NULL,'{}',0,1,'region-0','',NULL,'region','Asia/Shanghai');
INSERT INTO "team" VALUES('region-1',6,NULL,'hub',NULL,NULL,'{}',0,1,'region-1','','region-0','region','Asia/Shanghai');
INSERT INTO "team" VALUES('team-1',8,NULL,'hub',NULL,NULL,'{}',0,1,'team-1','','region-1','team','Asia/Shanghai');
INSERT INTO "team" VALUES('team-2',10,NULL,'hub',NULL,NULL,'{}',0,1,'team-2','','region-1','team','Asia/Shanghai');
CREATE TABLE token (
	hash VARCHAR(64) NOT NULL, 
	person_id VARCHAR(64) NOT NULL, 
	scopes VARCHAR(300) NOT NULL, 
	label VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	revoked_at DATETIME, family_id VARCHAR(64), 
	PRIMARY KEY (hash)
);
CREATE TABLE token_family (
	id VARCHAR(64) NOT NULL, 
	person_id VARCHAR(64) NOT NULL, 
	scopes VARCHAR(300) NOT NULL, 
	label VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	revoked_because VARCHAR(16) NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE tombstone (
	entity VARCHAR(32) NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME NOT NULL, 
	by_id VARCHAR(64), 
	owner_id VARCHAR(64), 
	account_id VARCHAR(64), 
	merged_into VARCHAR(64), 
	PRIMARY KEY (entity, id)
);
CREATE TABLE waiver (
	id VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	owner_id VARCHAR(64), 
	origin VARCHAR(32) NOT NULL, 
	external_source VARCHAR(64), 
	external_ref VARCHAR(200), 
	extra JSON NOT NULL, 
	pending INTEGER NOT NULL, 
	seen_gen INTEGER NOT NULL, 
	rule VARCHAR(64) NOT NULL, 
	subject_id VARCHAR(64) NOT NULL, 
	period_start DATE NOT NULL, 
	reason VARCHAR(1000) NOT NULL, 
	until_on DATE NOT NULL, 
	by_id VARCHAR(64), 
	PRIMARY KEY (id)
);
CREATE INDEX ix_absence_owner_id ON absence (owner_id);
CREATE INDEX ix_absence_person_id ON absence (person_id);
CREATE INDEX ix_absence_rev ON absence (rev);
CREATE INDEX ix_account_owner_id ON account (owner_id);
CREATE INDEX ix_account_rev ON account (rev);
CREATE INDEX ix_activity_account_id ON activity (account_id);
CREATE INDEX ix_activity_board ON activity (rep_id, starts_at, kind, status);
CREATE INDEX ix_activity_deal_id ON activity (deal_id);
CREATE INDEX ix_activity_owner_id ON activity (owner_id);
CREATE INDEX ix_activity_rev ON activity (rev);
CREATE INDEX ix_calendar_day_on ON calendar_day ("on");
CREATE INDEX ix_calendar_day_owner_id ON calendar_day (owner_id);
CREATE INDEX ix_calendar_day_rev ON calendar_day (rev);
CREATE INDEX ix_change_account_id ON change (account_id);
CREATE UNIQUE INDEX ix_change_entity ON change (entity, entity_id);
CREATE INDEX ix_change_owner_id ON change (owner_id);
CREATE INDEX ix_change_log_entity ON change_log (entity, entity_id);
CREATE INDEX ix_change_log_owner_id ON change_log (owner_id);
CREATE INDEX ix_change_log_recorded ON change_log (recorded_at);
CREATE INDEX ix_change_log_rev ON change_log (rev);
CREATE INDEX ix_conflict_entity_id ON "conflict" (entity_id);
CREATE INDEX ix_conflict_mutation_id ON "conflict" (mutation_id);
CREATE INDEX ix_contact_account_id ON contact (account_id);
CREATE INDEX ix_contact_owner_id ON contact (owner_id);
CREATE INDEX ix_contact_rev ON contact (rev);
CREATE INDEX ix_deal_account_id ON deal (account_id);
CREATE INDEX ix_deal_board ON deal (owner_id, stage_id, closed_on);
CREATE INDEX ix_deal_owner_id ON deal (owner_id);
CREATE INDEX ix_deal_rev ON deal (rev);
CREATE INDEX ix_device_person_id ON device (person_id);
CREATE INDEX ix_funnel_owner_id ON funnel (owner_id);
CREATE INDEX ix_funnel_rev ON funnel (rev);
CREATE INDEX ix_kpi_rule_owner_id ON kpi_rule (owner_id);
CREATE INDEX ix_kpi_rule_rev ON kpi_rule (rev);
CREATE INDEX ix_membership_owner_id ON membership (owner_id);
CREATE INDEX ix_membership_person_id ON membership (person_id);
CREATE INDEX ix_membership_rev ON membership (rev);
CREATE INDEX ix_membership_team_id ON membership (team_id);
CREATE INDEX ix_milestone_done_deal_id ON milestone_done (deal_id);
CREATE INDEX ix_milestone_done_owner_id ON milestone_done (owner_id);
CREATE INDEX ix_milestone_done_rev ON milestone_done (rev);
CREATE INDEX ix_mutation_result_created_at ON mutation_result (created_at);
CREATE INDEX ix_opening_window_account_id ON opening_window (account_id);
CREATE INDEX ix_opening_window_owner_id ON opening_window (owner_id);
CREATE INDEX ix_opening_window_rev ON opening_window (rev);
CREATE INDEX ix_outbox_action_id ON outbox (action_id);
CREATE INDEX ix_outbox_entity ON outbox (entity, entity_id);
CREATE INDEX ix_outbox_done_action_id ON outbox_done (action_id);
CREATE INDEX ix_outbox_done_ended_at ON outbox_done (ended_at);
CREATE INDEX ix_person_owner_id ON person (owner_id);
CREATE INDEX ix_person_rev ON person (rev);
CREATE INDEX ix_person_team_id ON person (team_id);
CREATE INDEX ix_product_owner_id ON product (owner_id);
CREATE INDEX ix_product_rev ON product (rev);
CREATE INDEX ix_scope_exit_person ON scope_exit (person_id, rev);
CREATE INDEX ix_stage_funnel_id ON stage (funnel_id);
CREATE INDEX ix_stage_owner_id ON stage (owner_id);
CREATE INDEX ix_stage_rev ON stage (rev);
CREATE INDEX ix_stage_change_deal_id ON stage_change (deal_id);
CREATE INDEX ix_stage_change_owner_id ON stage_change (owner_id);
CREATE INDEX ix_stage_change_rev ON stage_change (rev);
CREATE INDEX ix_target_owner_id ON target (owner_id);
CREATE INDEX ix_target_rev ON target (rev);
CREATE INDEX ix_target_scope ON target (scope_id, metric, period_kind, period_start);
CREATE INDEX ix_team_owner_id ON team (owner_id);
CREATE INDEX ix_team_parent_id ON team (parent_id);
CREATE INDEX ix_team_rev ON team (rev);
CREATE INDEX ix_token_person_id ON token (person_id);
CREATE INDEX ix_waiver_owner_id ON waiver (owner_id);
CREATE INDEX ix_waiver_rev ON waiver (rev);
CREATE INDEX ix_waiver_subject_id ON waiver (subject_id);
CREATE INDEX ix_token_family_id ON token (family_id);
CREATE INDEX ix_device_grant_expires_at ON device_grant (expires_at);
CREATE UNIQUE INDEX ix_device_grant_user_hash ON device_grant (user_hash);
CREATE INDEX ix_token_family_person_id ON token_family (person_id);
CREATE INDEX ix_refresh_token_expires_at ON refresh_token (expires_at);
CREATE INDEX ix_refresh_token_family_id ON refresh_token (family_id);
COMMIT;
