-- pictor.lua - what may a provider call?
--
-- The table `pictor` that modules see: pure helpers, none of which waits or talks
-- to anybody. Misuse throws with the author's line; what the world refuses comes
-- back as nil and a reason. modules/README.md has a row for each.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local host = require "host"
local json = require "json"

local pictor = {
    json = { encode = json.encode, decode = json.decode },
    base64 = { encode = host.base64_encode, decode = host.base64_decode },
    sha256 = host.sha256,
    hmac = host.hmac,
    picture = host.picture,
    now = host.time,
}

-- pictor.fail(code, message, { param, retry_after, retry, charged }) -> a fail
function pictor.fail(code, message, more)
    if type(message) ~= "string" then
        error(("pictor.fail: expected a message as text, got %s"):format(fail.show(message)), 2)
    end
    return fail.new(code, message, more)
end

-- pictor.log(level, event, { name = text or number })
function pictor.log(level, event, fields)
    host.log(level, event, fields or {})
end

-- pictor.show(value) -> text: the value as error messages repeat it
pictor.show = fail.show

-- pictor.words(text) -> text: a provider's own words as error messages repeat them
pictor.words = fail.words

return pictor
