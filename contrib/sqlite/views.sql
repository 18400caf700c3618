-- SPDX-License-Identifier: GPL-2.0-or-later
-- Views of a recording for people: its pages decoded, and its reads with how wrong each was. They are
-- temporary, so the file stays as it was, and is read as before where a part of it is damaged.
--
--	sqlite3 -readonly clock.sqlite
--	.read views.sql
--	.import --csv --schema temp '|vmclock-trace report --csv clock.sqlite' report
--	SELECT * FROM read_errors WHERE wrong;
--
-- What is not known is NULL. See vmclock-trace-recording(5).

-- Each page by its id. What has 64 bits and is no time or error is text in hexadecimal.
CREATE TEMP VIEW page_fields AS SELECT id,
	CASE WHEN n>=4 THEN (instr(d,substr(h,1,1))<<4)+(instr(d,substr(h,2,1))<<0)
		+(instr(d,substr(h,3,1))<<12)+(instr(d,substr(h,4,1))<<8)
		+(instr(d,substr(h,5,1))<<20)+(instr(d,substr(h,6,1))<<16)
		+(instr(d,substr(h,7,1))<<28)+(instr(d,substr(h,8,1))<<24) END AS magic,
	CASE WHEN n>=8 THEN (instr(d,substr(h,9,1))<<4)+(instr(d,substr(h,10,1))<<0)
		+(instr(d,substr(h,11,1))<<12)+(instr(d,substr(h,12,1))<<8)
		+(instr(d,substr(h,13,1))<<20)+(instr(d,substr(h,14,1))<<16)
		+(instr(d,substr(h,15,1))<<28)+(instr(d,substr(h,16,1))<<24) END AS size,
	CASE WHEN n>=10 THEN (instr(d,substr(h,17,1))<<4)+(instr(d,substr(h,18,1))<<0)
		+(instr(d,substr(h,19,1))<<12)+(instr(d,substr(h,20,1))<<8) END AS version,
	CASE WHEN n>=11 THEN (instr(d,substr(h,21,1))<<4)
		+(instr(d,substr(h,22,1))<<0) END AS counter_id,
	CASE WHEN n>=12 THEN (instr(d,substr(h,23,1))<<4)
		+(instr(d,substr(h,24,1))<<0) END AS time_type,
	CASE WHEN n>=16 THEN (instr(d,substr(h,25,1))<<4)+(instr(d,substr(h,26,1))<<0)
		+(instr(d,substr(h,27,1))<<12)+(instr(d,substr(h,28,1))<<8)
		+(instr(d,substr(h,29,1))<<20)+(instr(d,substr(h,30,1))<<16)
		+(instr(d,substr(h,31,1))<<28)+(instr(d,substr(h,32,1))<<24) END AS seq_count,
	CASE WHEN n>=24 THEN lower('0x'||substr(h,47,2)||substr(h,45,2)||substr(h,43,2)
		||substr(h,41,2)||substr(h,39,2)||substr(h,37,2)||substr(h,35,2)
		||substr(h,33,2)) END AS disruption_marker,
	CASE WHEN n>=32 THEN lower('0x'||substr(h,63,2)||substr(h,61,2)||substr(h,59,2)
		||substr(h,57,2)||substr(h,55,2)||substr(h,53,2)||substr(h,51,2)
		||substr(h,49,2)) END AS flags,
	CASE WHEN n>=35 THEN (instr(d,substr(h,69,1))<<4)
		+(instr(d,substr(h,70,1))<<0) END AS clock_status,
	CASE WHEN n>=36 THEN (instr(d,substr(h,71,1))<<4)
		+(instr(d,substr(h,72,1))<<0) END AS leap_second_smearing_hint,
	CASE WHEN n>=38 THEN (((instr(d,substr(h,73,1))<<4)+(instr(d,substr(h,74,1))<<0)
		+(instr(d,substr(h,75,1))<<12)+(instr(d,substr(h,76,1))<<8))
		+32768)%65536-32768 END AS tai_offset_sec,
	CASE WHEN n>=39 THEN (instr(d,substr(h,77,1))<<4)
		+(instr(d,substr(h,78,1))<<0) END AS leap_indicator,
	CASE WHEN n>=40 THEN (instr(d,substr(h,79,1))<<4)
		+(instr(d,substr(h,80,1))<<0) END AS counter_period_shift,
	CASE WHEN n>=48 THEN lower('0x'||substr(h,95,2)||substr(h,93,2)||substr(h,91,2)
		||substr(h,89,2)||substr(h,87,2)||substr(h,85,2)||substr(h,83,2)
		||substr(h,81,2)) END AS counter_value,
	CASE WHEN n>=56 THEN lower('0x'||substr(h,111,2)||substr(h,109,2)||substr(h,107,2)
		||substr(h,105,2)||substr(h,103,2)||substr(h,101,2)||substr(h,99,2)
		||substr(h,97,2)) END AS counter_period_frac_sec,
	CASE WHEN n>=64 THEN lower('0x'||substr(h,127,2)||substr(h,125,2)||substr(h,123,2)
		||substr(h,121,2)||substr(h,119,2)||substr(h,117,2)||substr(h,115,2)
		||substr(h,113,2)) END AS counter_period_esterror_rate_frac_sec,
	CASE WHEN n>=72 THEN lower('0x'||substr(h,143,2)||substr(h,141,2)||substr(h,139,2)
		||substr(h,137,2)||substr(h,135,2)||substr(h,133,2)||substr(h,131,2)
		||substr(h,129,2)) END AS counter_period_maxerror_rate_frac_sec,
	CASE WHEN n>=80 THEN (instr(d,substr(h,145,1))<<4)+(instr(d,substr(h,146,1))<<0)
		+(instr(d,substr(h,147,1))<<12)+(instr(d,substr(h,148,1))<<8)
		+(instr(d,substr(h,149,1))<<20)+(instr(d,substr(h,150,1))<<16)
		+(instr(d,substr(h,151,1))<<28)+(instr(d,substr(h,152,1))<<24)
		+(instr(d,substr(h,153,1))<<36)+(instr(d,substr(h,154,1))<<32)
		+(instr(d,substr(h,155,1))<<44)+(instr(d,substr(h,156,1))<<40)
		+(instr(d,substr(h,157,1))<<52)+(instr(d,substr(h,158,1))<<48)
		+(instr(d,substr(h,159,1))<<60)+(instr(d,substr(h,160,1))<<56) END AS time_sec,
	CASE WHEN n>=88 THEN lower('0x'||substr(h,175,2)||substr(h,173,2)||substr(h,171,2)
		||substr(h,169,2)||substr(h,167,2)||substr(h,165,2)||substr(h,163,2)
		||substr(h,161,2)) END AS time_frac_sec,
	CASE WHEN n>=96 THEN (instr(d,substr(h,177,1))<<4)+(instr(d,substr(h,178,1))<<0)
		+(instr(d,substr(h,179,1))<<12)+(instr(d,substr(h,180,1))<<8)
		+(instr(d,substr(h,181,1))<<20)+(instr(d,substr(h,182,1))<<16)
		+(instr(d,substr(h,183,1))<<28)+(instr(d,substr(h,184,1))<<24)
		+(instr(d,substr(h,185,1))<<36)+(instr(d,substr(h,186,1))<<32)
		+(instr(d,substr(h,187,1))<<44)+(instr(d,substr(h,188,1))<<40)
		+(instr(d,substr(h,189,1))<<52)+(instr(d,substr(h,190,1))<<48)
		+(instr(d,substr(h,191,1))<<60)
		+(instr(d,substr(h,192,1))<<56) END AS time_esterror_nanosec,
	CASE WHEN n>=104 THEN (instr(d,substr(h,193,1))<<4)+(instr(d,substr(h,194,1))<<0)
		+(instr(d,substr(h,195,1))<<12)+(instr(d,substr(h,196,1))<<8)
		+(instr(d,substr(h,197,1))<<20)+(instr(d,substr(h,198,1))<<16)
		+(instr(d,substr(h,199,1))<<28)+(instr(d,substr(h,200,1))<<24)
		+(instr(d,substr(h,201,1))<<36)+(instr(d,substr(h,202,1))<<32)
		+(instr(d,substr(h,203,1))<<44)+(instr(d,substr(h,204,1))<<40)
		+(instr(d,substr(h,205,1))<<52)+(instr(d,substr(h,206,1))<<48)
		+(instr(d,substr(h,207,1))<<60)
		+(instr(d,substr(h,208,1))<<56) END AS time_maxerror_nanosec,
	CASE WHEN n>=112 THEN lower('0x'||substr(h,223,2)||substr(h,221,2)||substr(h,219,2)
		||substr(h,217,2)||substr(h,215,2)||substr(h,213,2)||substr(h,211,2)
		||substr(h,209,2)) END AS vm_generation_counter
FROM(SELECT *,CASE WHEN l<32 THEN l ELSE max(32,min(l,(instr(d,substr(h,9,1))<<4)
		+(instr(d,substr(h,10,1))<<0)+(instr(d,substr(h,11,1))<<12)
		+(instr(d,substr(h,12,1))<<8)+(instr(d,substr(h,13,1))<<20)
		+(instr(d,substr(h,14,1))<<16)+(instr(d,substr(h,15,1))<<28)
		+(instr(d,substr(h,16,1))<<24))) END AS n FROM(SELECT id,hex(bytes) AS h,length(bytes) AS l,'123456789ABCDEF' AS d
	FROM pages));

-- Each read of the driver: when, by whom, and the page that was seen with it.
CREATE TEMP VIEW reads AS SELECT events.id, time_ns, seconds, utc, timeline.path, threads.pid, tid,
	threads.comm, timeline.result,
	CASE WHEN events.flags & 1 THEN NULL ELSE events.latency_ns END AS latency_ns,
	CASE WHEN events.flags & 1 THEN events.latency_ns END AS latency_below_ns,
	nullif(events.device, -1) AS device,
	CASE page_state WHEN 1 THEN 'stable' WHEN 2 THEN 'moved' WHEN 3 THEN 'torn' END AS page_state,
	CASE clock_status WHEN 0 THEN 'UNKNOWN' WHEN 1 THEN 'INITIALIZING' WHEN 2 THEN 'SYNCHRONIZED'
		WHEN 3 THEN 'FREERUNNING' WHEN 4 THEN 'UNRELIABLE' ELSE clock_status END AS page_status,
	seq_count, disruption_marker, vm_generation_counter
	FROM events JOIN timeline USING(id) LEFT JOIN threads ON threads.id = thread
	LEFT JOIN page_fields ON page_fields.id = events.page
	WHERE events.type = (SELECT id FROM types WHERE name = 'read');

-- With how wrong each was: only after the .import above, which has it from the judge.
CREATE TEMP VIEW read_errors AS SELECT reads.*, read_error_lo_ns, read_error_hi_ns, wrong,
	read_error_unknown
	FROM reads LEFT JOIN (SELECT CAST(monotonic_ns AS INTEGER) AS at, CAST(tid AS INTEGER) AS by,
		CAST(nullif(read_error_lo_ns, '') AS INTEGER) AS read_error_lo_ns,
		CAST(nullif(read_error_hi_ns, '') AS INTEGER) AS read_error_hi_ns,
		CASE wrong WHEN 'true' THEN 1 WHEN 'false' THEN 0 END AS wrong,
		nullif(read_error_unknown, '') AS read_error_unknown
		FROM temp.report WHERE type = 'read') ON at = time_ns AND by IS reads.tid;
