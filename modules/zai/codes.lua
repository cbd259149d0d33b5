-- codes.lua - which of our failures is this one of Z.AI's numbers?
-- SPDX-License-Identifier: MIT
local coded = require "coded"
local typed = require "typed"

local codes = {}

local QUOTA, RATE = { code = "insufficient_quota" }, { code = "rate_limit_exceeded", retry = true }
local ACCOUNT = { code = "upstream_error" }        -- the operator's: a key, or an account that is locked
local VALUE = { code = "invalid_value" }

-- What it says by a status of 429 is money as well as haste.
local ROWS = {
    ["1110"] = ACCOUNT, ["1111"] = ACCOUNT, ["1112"] = ACCOUNT, ["1120"] = ACCOUNT, ["1121"] = ACCOUNT,
    ["1113"] = QUOTA, ["1304"] = QUOTA, ["1308"] = QUOTA, ["1309"] = QUOTA, ["1310"] = QUOTA,
    ["1302"] = RATE, ["1303"] = RATE, ["1305"] = RATE, ["1312"] = RATE,
    ["1211"] = { code = "model_not_found", param = "model" }, ["1311"] = { code = "model_not_found", param = "model" },
    ["1210"] = VALUE, ["1213"] = VALUE, ["1214"] = VALUE, ["1261"] = { code = "invalid_value", param = "prompt" },
    ["1301"] = { code = "content_policy_violation", param = "prompt" },
}

-- err: { code, message } as it came, or nothing. fail: what the core makes of the status, if that said failure.
-- -> a fail, or nil when nothing is wrong
function codes.fail(err, job, fail)
    if type(err) ~= "table" then
        return nil
    end
    local number = math.type(err.code) == "integer" and ("%d"):format(err.code) or err.code
    local row = type(number) == "string" and (ROWS[number] or number:find "^100%d$" and ACCOUNT) or nil
    return coded.fail(row, pictor.words(typed.text(err.message) or number), row and row.param, job, fail)
end

return codes
