-- coded.lua - which of our failures is this one of theirs, by its code?
--
-- For APIs whose codes mean the same wherever they come: with a status of failure, with a
-- 200, in an order that failed, in place of one picture of several.
-- SPDX-License-Identifier: MIT

local coded = {}

-- rows: { pattern of a code, pattern of the message with it (may be missing), code =, param =, retry = } each.
-- -> the first that fits, or nil
function coded.row(rows, code, message)
    for _, row in ipairs(rows) do
        if code:find(row[1]) and (not row[2] or message:find(row[2])) then
            return row
        end
    end
    return nil
end

-- row: { code =, retry = }, or nil for a code that nobody wrote down. words: what is said of it. param: the client's word for
-- what is at fault, or nil. fail: what the core makes of the status, if that said failure. -> a fail
function coded.fail(row, words, param, job, fail)
    if not row and fail then
        return fail
    end
    row = row or { code = "upstream_error" }
    local message = fail and fail.message or ("%s: expected a picture, got %s"):format(job.provider.name, words)
    return pictor.fail(row.code, message, { param = param, retry = row.retry, retry_after = fail and fail.retry_after })
end

return coded
