-- fail.lua - what went wrong, as a value until the edge?
--
-- A fail is a table that travels up as a second result; only reply.lua makes an
-- HTTP reply of it. Its text reads "subject: expected X, got Y".
--
--     code         one of core/errors.h
--     message      for the client
--     param        the client's word for the field at fault, or nil
--     retry_after  seconds that the provider asks to wait, or nil
--     retry        the same call may succeed a moment later
--     charged      the provider may have charged for it all the same
--     usage, cost  what it did charge, as in results
--     status       the provider's HTTP status, if it was one that failed
--
-- SPDX-License-Identifier: MIT
local host = require "host"

local SHOWN = 60    -- bytes of a value that a message repeats
local WORDS = 400   -- bytes of a provider's own words

local fail = {}
fail.__index = fail

-- Without what stands for pictures, and not longer than max bytes.
local function shortened(text, max)
    text = text:gsub("<blob:%x+:%x+>", "<base64>")
    if #text <= max then
        return text
    end
    local last = max
    while last > 1 and text:byte(last + 1) & 0xc0 == 0x80 do     -- not in the middle of a character
        last = last - 1
    end
    return text:sub(1, last) .. "…"
end

-- A client's text as messages repeat it.
function fail.cut(text)
    return shortened(text, SHOWN)
end

-- A provider's words as messages repeat them: on one line, and without a key that it repeats.
function fail.words(value)
    local text = type(value) == "string" and value or fail.show(value)
    return shortened(host.masked((text:gsub("[%c%s]+", " "))), WORDS)
end

-- A value as messages repeat it: "big", 7, a list, an object, nothing.
function fail.show(value)
    local kind = math.type(value) or type(value)
    if kind == "string" then
        return '"' .. fail.cut(value) .. '"'
    elseif kind == "float" then
        return ("%.14g"):format(value)
    elseif kind == "table" then
        return value[1] ~= nil and "a list" or "an object"
    elseif kind == "userdata" then
        return "null"           -- as json.lua leaves it in a list
    end
    return value == nil and "nothing" or tostring(value)
end

-- more: param, retry_after, retry, charged, usage, cost
function fail.new(code, message, more)
    if not host.errors[code] then
        error(("fail: expected a code of core/errors.h, got %s"):format(fail.show(code)), 2)
    end
    local self = setmetatable({ code = code, message = message }, fail)
    for key, value in pairs(more or {}) do
        self[key] = value
    end
    return self
end

-- A fault of one parameter: "size: expected …, got …".
function fail.parameter(code, param, expected, got)
    return fail.new(code, ("%s: expected %s, got %s"):format(param, expected, got), { param = param })
end

function fail.is(value)
    return getmetatable(value) == fail
end

return fail
