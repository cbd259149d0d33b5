-- entra.lua - how does an application get into Azure without a key?
--
-- It shows its secret to Entra and is given a token for about an hour (OAuth's client
-- credentials). The core keeps it, and fetches the next one in time.
-- SPDX-License-Identifier: MIT

local entra = {}

local NEEDED = { "tenant", "client_id", "client_secret" }

-- As a part of an address, or of a form in one line.
function entra.escaped(text)
    return (text:gsub("[^%w._~-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

function entra.is_wanted(options)
    return options.tenant ~= nil or options.client_id ~= nil or options.client_secret ~= nil
end

-- -> nil, or an option's name, what was expected, what was got
function entra.check(options)
    if not options.azure then
        return "azure", "true, because tenant, client_id and client_secret are for Azure", "false"
    elseif options.api_key then
        return "api_key", "none beside tenant, client_id and client_secret", "one"
    end
    for _, name in ipairs(NEEDED) do
        if not options[name] then
            return name, "text", "nil"
        end
    end
end

-- -> the call that fetches a token, or nil where a key will do
function entra.build(options)
    if not options.client_secret then
        return nil
    end
    return {
        url = ("%s/%s/oauth2/v2.0/token"):format(options.login_url, entra.escaped(options.tenant)),
        headers = { ["content-type"] = "application/x-www-form-urlencoded" },
        body = ("grant_type=client_credentials&client_id=%s&client_secret=%s&scope=%s"):format(
            entra.escaped(options.client_id), entra.escaped(options.client_secret), entra.escaped(options.scope)),
    }
end

function entra.read(answer)
    return { token = answer.json.access_token, seconds = tonumber(answer.json.expires_in) }
end

return entra
