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
INSERT INTO "alembic_version" VALUES('0003');
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
INSERT INTO "change_log" VALUES('01a20524-cc34-727a-a331-1fd216c7c6eb',1,NULL,'hub',NULL,NULL,'{}',0,1,'funnel','funnel-1',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cc55-71fb-88b1-128e74bb11f5',3,NULL,'hub',NULL,NULL,'{}',0,1,'team','region-0',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cc5d-76ff-bf03-edd5601f17ba',5,NULL,'hub',NULL,NULL,'{}',0,1,'team','region-1',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cc65-7765-909d-6e8121b903a2',7,NULL,'hub',NULL,NULL,'{}',0,1,'team','team-1',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cc74-73e3-91e1-04120328f769',9,NULL,'hub',NULL,NULL,'{}',0,1,'team','team-2',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cc7c-7436-ba75-cf135f642bb0',11,'rep-1','hub',NULL,NULL,'{}',0,1,'person','rep-1',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cca8-71c3-8311-3e5213fd8b23',25,NULL,'hub',NULL,NULL,'{}',0,1,'stage','stage-1',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-ccb0-7047-95a4-10d63e3370fe',27,NULL,'hub',NULL,NULL,'{}',0,1,'stage','stage-2',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-ccb8-775b-8f5a-015d96a20fd0',29,NULL,'hub',NULL,NULL,'{}',0,1,'stage','stage-3',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-ccbf-740c-9eb5-68cb26facc94',31,NULL,'hub',NULL,NULL,'{}',0,1,'stage','stage-won',NULL,'create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cd06-701d-ac87-f1d53bf9cc26',33,'rep-1','hub',NULL,NULL,'{}',0,1,'account','account-1','account-1','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cdd3-7279-b256-8cf165c3f162',35,'rep-1','hub',NULL,NULL,'{}',0,1,'account','account-2','account-2','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cdef-7685-a75e-ca916378b149',37,'rep-1','hub',NULL,NULL,'{}',0,1,'account','account-3','account-3','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-ce0b-71bc-83e9-bd66fca0b21f',39,'rep-1','hub',NULL,NULL,'{}',0,1,'account','account-4','account-4','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-ce30-75b2-9320-313e357cf626',41,'rep-1','hub',NULL,NULL,'{}',0,1,'account','account-5','account-5','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-ce52-76d0-9d47-2778854eaf8e',43,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-0','account-1','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-ce78-7423-a4b6-780b9a63e0e5',45,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-1','account-2','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-ce93-73fb-9f98-b0df07cf627f',47,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-2','account-3','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cea8-74c5-8d1f-de90f32b5ba1',49,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-3','account-4','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-ced7-761c-a2c2-4f9007ba63fa',51,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-4','account-5','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-ceed-764c-952a-57442bb3f283',53,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-5','account-1','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cf0b-75b9-bbdf-d48f79e6bc2a',55,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-6','account-2','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cf27-7056-b1ee-c1aabaae3d21',57,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-7','account-3','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cf53-73c5-8c64-33ecd47daeb2',59,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-8','account-4','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cf7c-714b-905b-deecddd34ee6',61,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-9','account-5','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-cfa3-7010-ba02-af003ac99a0e',63,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-10','account-1','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-d077-71fa-95d5-4848e5211adc',65,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-11','account-2','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-d0c0-74dc-bf11-aed5b9b71fc9',67,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-12','account-3','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-d0e0-70b0-8618-62ffd002fa83',69,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-13','account-4','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-d10b-714e-ab81-f8dfa0b910a2',71,'rep-1','hub',NULL,NULL,'{}',0,1,'activity','visit-14','account-5','create','2026-11-24 00:30:00.000000',NULL,'{}','{}');
INSERT INTO "change_log" VALUES('01a20524-d831-746a-b5f2-a273a6c09da7',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','new-pending','account-1','create','2026-11-24 00:30:00.000000','rep-1','{}','{}');
INSERT INTO "change_log" VALUES('01a20524-d86c-7670-9372-928af6b1d46b',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','new-inflight','account-1','create','2026-11-24 00:30:00.000000','rep-1','{}','{}');
INSERT INTO "change_log" VALUES('01a20524-d89c-7382-825f-ea2b2bd02788',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','new-conflict','account-1','create','2026-11-24 00:30:00.000000','rep-1','{}','{}');
INSERT INTO "change_log" VALUES('01a20524-d8d4-71de-8d7d-60637ccfa99b',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','new-parked','account-1','create','2026-11-24 00:30:00.000000','rep-1','{}','{}');
INSERT INTO "change_log" VALUES('01a20524-d8f8-7716-93ec-4e369ad60543',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','new-blocked','account-1','create','2026-11-24 00:30:00.000000','rep-1','{}','{}');
INSERT INTO "change_log" VALUES('01a20524-d92a-7317-a79c-29c006c92fdd',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-5','account-1','patch','2026-11-24 00:30:00.000000','rep-1','{"goal":"goal 5"}','{"goal":"patch pending"}');
INSERT INTO "change_log" VALUES('01a20524-d98e-707d-a0d6-98ddc56479e9',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-6','account-2','patch','2026-11-24 00:30:00.000000','rep-1','{"goal":"goal 6"}','{"goal":"patch inflight"}');
INSERT INTO "change_log" VALUES('01a20524-d9af-766e-88ab-a2b5ba2b0fe2',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-7','account-3','patch','2026-11-24 00:30:00.000000','rep-1','{"goal":"goal 7"}','{"goal":"patch conflict"}');
INSERT INTO "change_log" VALUES('01a20524-d9c4-7492-a9e7-d3a481b780c5',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-8','account-4','patch','2026-11-24 00:30:00.000000','rep-1','{"goal":"goal 8"}','{"goal":"patch parked"}');
INSERT INTO "change_log" VALUES('01a20524-d9e4-71bc-85ec-6af8f7d01be6',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-9','account-5','patch','2026-11-24 00:30:00.000000','rep-1','{"goal":"goal 9"}','{"goal":"patch blocked"}');
INSERT INTO "change_log" VALUES('01a20524-d9fe-73a8-be90-a36ef721cb48',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-10','account-1','delete','2026-11-24 00:30:00.000000','rep-1','{"id":"visit-10","rev":64,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-1","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 10","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}','{}');
INSERT INTO "change_log" VALUES('01a20524-da18-7332-b5aa-062f97c1440e',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-11','account-2','delete','2026-11-24 00:30:00.000000','rep-1','{"id":"visit-11","rev":66,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-2","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 11","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}','{}');
INSERT INTO "change_log" VALUES('01a20524-da40-74e8-a566-15b9147fe81b',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-12','account-3','delete','2026-11-24 00:30:00.000000','rep-1','{"id":"visit-12","rev":68,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-3","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 12","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}','{}');
INSERT INTO "change_log" VALUES('01a20524-da5c-714e-94d8-398d88c21f6c',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-13','account-4','delete','2026-11-24 00:30:00.000000','rep-1','{"id":"visit-13","rev":70,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-4","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 13","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}','{}');
INSERT INTO "change_log" VALUES('01a20524-da7b-75bf-a8ff-55a2dc05b2a3',0,'rep-1','hub',NULL,NULL,'{}',0,0,'activity','visit-14','account-5','delete','2026-11-24 00:30:00.000000','rep-1','{"id":"visit-14","rev":72,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-5","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 14","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}','{}');
INSERT INTO "change_log" VALUES('01a20524-da95-73c5-9b34-ab0a31ef50b3',0,'rep-1','hub',NULL,NULL,'{}',0,0,'account','account-1','account-1','patch','2026-11-24 00:30:00.000000','rep-1','{"phone":""}','{"phone":"ended applied"}');
INSERT INTO "change_log" VALUES('01a20524-dab1-76a6-8f77-b634038fd53b',0,'rep-1','hub',NULL,NULL,'{}',0,0,'account','account-2','account-2','patch','2026-11-24 00:30:00.000000','rep-1','{"phone":""}','{"phone":"ended replayed"}');
INSERT INTO "change_log" VALUES('01a20524-dac6-772e-8078-834bf08ae1c7',0,'rep-1','hub',NULL,NULL,'{}',0,0,'account','account-3','account-3','patch','2026-11-24 00:30:00.000000','rep-1','{"phone":""}','{"phone":"ended discarded"}');
INSERT INTO "change_log" VALUES('01a20524-dade-70fb-909c-ee81029d1fbc',0,'rep-1','hub',NULL,NULL,'{}',0,0,'account','account-4','account-4','patch','2026-11-24 00:30:00.000000','rep-1','{"phone":""}','{"phone":"ended undone"}');
INSERT INTO "change_log" VALUES('01a20524-db1b-7490-a899-a2639157f8a0',0,'rep-1','hub',NULL,NULL,'{}',0,0,'account','account-5','account-5','patch','2026-11-24 00:30:00.000000','rep-1','{"phone":""}','{"phone":"ended answered"}');
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
INSERT INTO "conflict" VALUES('question-create','01a20524-d89c-7382-825f-ea2b2bd02788','activity','new-conflict','','{}','"create conflict"','"theirs"',99,NULL,NULL,'unique','open','','2026-11-24 00:30:00.000000',NULL);
INSERT INTO "conflict" VALUES('question-patch','01a20524-d9af-766e-88ab-a2b5ba2b0fe2','activity','visit-7','goal','"goal 7"','"patch conflict"','"theirs"',99,NULL,NULL,'field','open','','2026-11-24 00:30:00.000000',NULL);
INSERT INTO "conflict" VALUES('question-delete','01a20524-da40-74e8-a566-15b9147fe81b','activity','visit-12','','{"id":"visit-12","rev":68,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-3","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 12","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}','null','"theirs"',99,NULL,NULL,'edit_delete','open','','2026-11-24 00:30:00.000000',NULL);
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
CREATE TABLE crm_attempt (
	connection VARCHAR(64) NOT NULL, 
	entity VARCHAR(32) NOT NULL, 
	row_id VARCHAR(64) NOT NULL, 
	began_at DATETIME NOT NULL, 
	PRIMARY KEY (connection, entity, row_id)
);
CREATE TABLE crm_cursor (
	connection VARCHAR(64) NOT NULL, 
	stream VARCHAR(64) NOT NULL, 
	cursor VARCHAR NOT NULL, 
	read_at DATETIME NOT NULL, 
	PRIMARY KEY (connection, stream)
);
CREATE TABLE crm_fault (
	connection VARCHAR(64) NOT NULL, 
	entity VARCHAR(32) NOT NULL, 
	remote_id VARCHAR(200) NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	reason VARCHAR(500) NOT NULL, 
	body JSON NOT NULL, 
	seen_at DATETIME NOT NULL, 
	PRIMARY KEY (connection, entity, remote_id)
);
CREATE TABLE crm_link (
	connection VARCHAR(64) NOT NULL, 
	entity VARCHAR(32) NOT NULL, 
	remote_id VARCHAR(200) NOT NULL, 
	row_id VARCHAR(64) NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	version VARCHAR(200) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	misses INTEGER NOT NULL, 
	PRIMARY KEY (connection, entity, remote_id)
);
CREATE TABLE crm_run (
	id INTEGER NOT NULL, 
	connection VARCHAR(64) NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	requests INTEGER NOT NULL, 
	received_bytes INTEGER NOT NULL, 
	read INTEGER NOT NULL, 
	written INTEGER NOT NULL, 
	removed INTEGER NOT NULL, 
	waiting INTEGER NOT NULL, 
	bad INTEGER NOT NULL, 
	notes JSON NOT NULL, 
	error VARCHAR NOT NULL, 
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
INSERT INTO "meta" VALUES('device_id','01a20524-d467-74e0-abb8-089f2719c2d9');
INSERT INTO "meta" VALUES('complete','1');
INSERT INTO "meta" VALUES('person_id','rep-1');
INSERT INTO "meta" VALUES('person_name','张伟');
INSERT INTO "meta" VALUES('role','rep');
INSERT INTO "meta" VALUES('last_error','');
INSERT INTO "meta" VALUES('next_try_at','');
INSERT INTO "meta" VALUES('clock_offset_ms','3');
INSERT INTO "meta" VALUES('hub_time','2026-11-24T00:30:04.282611+00:00');
INSERT INTO "meta" VALUES('fence','1');
INSERT INTO "meta" VALUES('generation','1');
INSERT INTO "meta" VALUES('resync_reason','');
INSERT INTO "meta" VALUES('mark','b12b499e69ff5252');
INSERT INTO "meta" VALUES('backdate_days','45');
INSERT INTO "meta" VALUES('drained','01a20524-cce3-7457-93fe-0a07315f888f 72 rep team-1 rep:self:rw');
INSERT INTO "meta" VALUES('failures','0');
INSERT INTO "meta" VALUES('last_sync_at','2026-11-24T00:30:04.579590+00:00');
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
INSERT INTO "outbox" VALUES('01a20524-d831-746a-b5f2-a273a6c09da7','activity','new-pending','create','{"rep_id":"rep-1","owner_id":"rep-1","account_id":"account-1","starts_at":"2026-11-26T00:30:00.000000Z","goal":"create pending"}','{}',0,1,'2026-11-24 00:30:00.000000',NULL,0,'01a20524-d81e-7114-ab4d-fa63296a994b','create new-pending',1,'pending',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a20524-d86c-7670-9372-928af6b1d46b','activity','new-inflight','create','{"rep_id":"rep-1","owner_id":"rep-1","account_id":"account-1","starts_at":"2026-11-26T01:30:00.000000Z","goal":"create inflight"}','{}',0,1,'2026-11-24 00:30:00.000000',NULL,1,'01a20524-d86b-725a-9af1-cf0393be7034','create new-inflight',2,'inflight',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a20524-d89c-7382-825f-ea2b2bd02788','activity','new-conflict','create','{"rep_id":"rep-1","owner_id":"rep-1","account_id":"account-1","starts_at":"2026-11-26T02:30:00.000000Z","goal":"create conflict"}','{}',0,1,'2026-11-24 00:30:00.000000',NULL,1,'01a20524-d89b-702c-b3a0-cb67f061d97f','create new-conflict',3,'conflict',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a20524-d8d4-71de-8d7d-60637ccfa99b','activity','new-parked','create','{"rep_id":"rep-1","owner_id":"rep-1","account_id":"account-1","starts_at":"2026-11-26T03:30:00.000000Z","goal":"create parked"}','{}',0,1,'2026-11-24 00:30:00.000000',NULL,1,'01a20524-d8d3-779d-be5c-c2eea1efea97','create new-parked',4,'parked',NULL,'validation','goal: too long',0);
INSERT INTO "outbox" VALUES('01a20524-d8f8-7716-93ec-4e369ad60543','activity','new-blocked','create','{"rep_id":"rep-1","owner_id":"rep-1","account_id":"account-1","starts_at":"2026-11-26T04:30:00.000000Z","goal":"create blocked"}','{}',0,1,'2026-11-24 00:30:00.000000','01a20524-d8d4-71de-8d7d-60637ccfa99b',1,'01a20524-d8f7-73d0-93ce-a17f6cedfb13','create new-blocked',5,'blocked',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a20524-d92a-7317-a79c-29c006c92fdd','activity','visit-5','patch','{"goal":"patch pending"}','{"goal":"goal 5"}',54,1,'2026-11-24 00:30:00.000000',NULL,0,'01a20524-d928-7096-ad94-87ee8912c1af','patch visit-5',6,'pending',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a20524-d98e-707d-a0d6-98ddc56479e9','activity','visit-6','patch','{"goal":"patch inflight"}','{"goal":"goal 6"}',56,1,'2026-11-24 00:30:00.000000',NULL,1,'01a20524-d989-7303-a9ce-6b5536c715b6','patch visit-6',7,'inflight',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a20524-d9af-766e-88ab-a2b5ba2b0fe2','activity','visit-7','patch','{"goal":"patch conflict"}','{"goal":"goal 7"}',58,1,'2026-11-24 00:30:00.000000',NULL,1,'01a20524-d9ad-7501-92fe-06d9c6b6c880','patch visit-7',8,'conflict',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a20524-d9c4-7492-a9e7-d3a481b780c5','activity','visit-8','patch','{"goal":"patch parked"}','{"goal":"goal 8"}',60,1,'2026-11-24 00:30:00.000000',NULL,1,'01a20524-d9c3-770c-9f0e-dee4307e7fe7','patch visit-8',9,'parked',NULL,'validation','goal: too long',0);
INSERT INTO "outbox" VALUES('01a20524-d9e4-71bc-85ec-6af8f7d01be6','activity','visit-9','patch','{"goal":"patch blocked"}','{"goal":"goal 9"}',62,1,'2026-11-24 00:30:00.000000','01a20524-d9c4-7492-a9e7-d3a481b780c5',1,'01a20524-d9e3-750a-b77d-4c54a3de1f3b','patch visit-9',10,'blocked',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a20524-d9fe-73a8-be90-a36ef721cb48','activity','visit-10','delete','{}','{"id":"visit-10","rev":64,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-1","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 10","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',64,1,'2026-11-24 00:30:00.000000',NULL,0,'01a20524-d9fd-7201-9b14-c7aadda03788','delete visit-10',11,'pending',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a20524-da18-7332-b5aa-062f97c1440e','activity','visit-11','delete','{}','{"id":"visit-11","rev":66,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-2","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 11","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',66,1,'2026-11-24 00:30:00.000000',NULL,1,'01a20524-da17-73e0-a9da-794b6e3d24db','delete visit-11',12,'inflight',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a20524-da40-74e8-a566-15b9147fe81b','activity','visit-12','delete','{}','{"id":"visit-12","rev":68,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-3","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 12","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',68,1,'2026-11-24 00:30:00.000000',NULL,1,'01a20524-da3f-769f-a908-e0af552b369f','delete visit-12',13,'conflict',NULL,'','',0);
INSERT INTO "outbox" VALUES('01a20524-da5c-714e-94d8-398d88c21f6c','activity','visit-13','delete','{}','{"id":"visit-13","rev":70,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-4","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 13","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',70,1,'2026-11-24 00:30:00.000000',NULL,1,'01a20524-da5b-75eb-af80-91bac8e84714','delete visit-13',14,'parked',NULL,'validation','goal: too long',0);
INSERT INTO "outbox" VALUES('01a20524-da7b-75bf-a8ff-55a2dc05b2a3','activity','visit-14','delete','{}','{"id":"visit-14","rev":72,"owner_id":"rep-1","origin":"hub","external_source":null,"external_ref":null,"rep_id":"rep-1","kind":"visit","status":"planned","account_id":"account-5","deal_id":null,"contact_id":null,"companion_id":null,"starts_at":"2026-11-24T02:00:00.000000Z","ends_at":null,"is_locked":false,"is_promised":false,"subject":"","goal":"goal 14","goal_result":null,"agenda":"","needs":[],"advantages":"","roles_for":[],"roles_against":[],"result":"","reason":"","next_step":"","planned_because":"","moved_from_id":null}',72,1,'2026-11-24 00:30:00.000000','01a20524-da5c-714e-94d8-398d88c21f6c',1,'01a20524-da79-7559-803c-9c84e350998c','delete visit-14',15,'blocked',NULL,'','',0);
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
INSERT INTO "outbox_done" VALUES('01a20524-da95-73c5-9b34-ab0a31ef50b3','account','account-1','patch','{"phone":"ended applied"}','{"phone":""}',34,1,'2026-11-24 00:30:00.000000',NULL,0,'01a20524-da92-7045-bdc7-61815d0aed44','patch account-1',16,'applied',7,0,'2026-11-24 00:30:04.282611');
INSERT INTO "outbox_done" VALUES('01a20524-dab1-76a6-8f77-b634038fd53b','account','account-2','patch','{"phone":"ended replayed"}','{"phone":""}',36,1,'2026-11-24 00:30:00.000000',NULL,0,'01a20524-dab0-7212-b0c0-64abdd32e5d3','patch account-2',17,'replayed',7,0,'2026-11-24 00:30:04.282611');
INSERT INTO "outbox_done" VALUES('01a20524-dac6-772e-8078-834bf08ae1c7','account','account-3','patch','{"phone":"ended discarded"}','{"phone":""}',38,1,'2026-11-24 00:30:00.000000',NULL,0,'01a20524-dac5-7385-9068-bc313a5dd9f8','patch account-3',18,'discarded',0,0,'2026-11-24 00:30:04.282611');
INSERT INTO "outbox_done" VALUES('01a20524-dade-70fb-909c-ee81029d1fbc','account','account-4','patch','{"phone":"ended undone"}','{"phone":""}',40,1,'2026-11-24 00:30:00.000000',NULL,0,'01a20524-dadd-76b3-a83c-bd7124823779','patch account-4',19,'undone',0,0,'2026-11-24 00:30:04.282611');
INSERT INTO "outbox_done" VALUES('01a20524-db1b-7490-a899-a2639157f8a0','account','account-5','patch','{"phone":"ended answered"}','{"phone":""}',42,1,'2026-11-24 00:30:00.000000',NULL,0,'01a20524-db1a-773f-b2f1-ec7c3b73f002','patch account-5',20,'answered',0,0,'2026-11-24 00:30:04.282611');
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
INSERT INTO "sync_run" VALUES(1,'2026-11-24 00:30:04.236564','2026-11-24 00:30:04.579590','done',0,66,0,0,24796,'');
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
CREATE INDEX ix_crm_link_row ON crm_link (connection, entity, row_id);
CREATE INDEX ix_crm_run_connection ON crm_run (connection);
COMMIT;
