-- config.lua - what did the operator write into pictor.lua?
--
-- Evaluates the file in an environment that has env and file and nothing else,
-- checks every key against descriptions.lua, and fills in the defaults. The
-- options of a provider are checked by the provider's own table.
-- SPDX-License-Identifier: MIT
local descriptions = require "descriptions"
local fail = require "fail"
local host = require "host"
local json = require "json"
local modules = require "modules"
local options = require "options"
local place = require "place"

local config = {}

-- What the operator got wrong: thrown by refuse(), caught by config.load().
local Refusal = {}

-- at: the path whose line shall be named, when it is another.
local function refuse(path, expected, got, at)
    error(setmetatable({ path = path, expected = expected, got = got, at = at or path }, Refusal), 0)
end

local function checked(known, given, path)
    local result, subject, expected, got = options.check(known, given, path)
    if not result then
        refuse(subject, expected, got)
    end
    return result
end

-- ipairs does not see names, nor what is behind a hole: what was written there would be
-- dropped in silence, and without its keys the gateway is open.
local function check_list(list, path, form)
    local count = 0
    for key in pairs(list) do
        if math.type(key) ~= "integer" then
            refuse(path, "a list, " .. form, "the name " .. tostring(key) .. " in it")
        end
        count = count + 1
    end
    for i = 1, count do
        if list[i] == nil then
            refuse(("%s[%d]"):format(path, i), "no hole in " .. form, "nil")
        end
    end
end

local function is_ipv4(where)
    local bytes = { where:match "^(%d+)%.(%d+)%.(%d+)%.(%d+)$" }
    for _, byte in ipairs(bytes) do
        if tonumber(byte) > 255 then
            return false
        end
    end
    return #bytes == 4
end

-- "127.0.0.1:8080" -> the same as civetweb takes it. Names are for DNS, not for listening.
local function address(text, path)
    if type(text) ~= "string" then
        refuse(path, "text such as 127.0.0.1:8080", fail.show(text))
    end
    local secure = text:match "^https:" ~= nil
    if secure and not host.tls then
        refuse(path, "http: the packaged civetweb cannot serve TLS; let a proxy in front do it, or build with --civetweb",
            fail.show(text))
    end
    local where, port = text:gsub("^https?://", ""):gsub("/$", ""):match "^(.*):(%d+)$"
    where = where and (where == "localhost" and "127.0.0.1" or where == "*" and "0.0.0.0" or where)
    local good = where and (is_ipv4(where) or where:match "^%[[%x:.]+%]$")
    if not good or tonumber(port) > 65535 or tonumber(port) == 0 then
        refuse(path, "ADDRESS:PORT such as 127.0.0.1:8080 or [::1]:8080", fail.show(text))
    end
    return where .. ":" .. port .. (secure and "s" or "")
end

local function is_local(where)
    return where:match "^127%." ~= nil or where:match "^%[::1%]" ~= nil
end

local function addresses(listen)
    local list = type(listen) == "table" and listen or { listen or "127.0.0.1:8080" }
    local result = {}
    check_list(list, "listen", '{ "127.0.0.1:8080", … }')
    for i, text in ipairs(list) do
        result[i] = address(text, type(listen) == "table" and ("listen[%d]"):format(i) or "listen")
    end
    if #result == 0 then
        refuse("listen", "at least one address", "an empty list")
    end
    return result
end

local function check_key(key, path)
    if type(key) ~= "table" then
        refuse(path, "{ name =, key = }", fail.show(key))
    end
    local result = checked(descriptions.key, key, path .. ".")
    if (result.key == nil) == (result.sha256 == nil) then
        refuse(path .. ".key", "either a key or a sha256", result.key and "both" or "nil")
    end
    if result.sha256 and not (result.sha256:match "^%x+$" and #result.sha256 == 64) then
        refuse(path .. ".sha256", "64 hexadecimal digits", fail.show(result.sha256))
    end
    check_list(result.models or {}, path .. ".models", '{ "vendor/model", … }')
    for i, id in ipairs(result.models or {}) do
        if type(id) ~= "string" then
            refuse(("%s.models[%d]"):format(path, i), "a model's id as text", fail.show(id))
        end
    end
    return result
end

-- The same name or the same key twice: whose request would it be?
local function check_own(key, path, seen)
    local hash = key.key and host.sha256(key.key) or key.sha256:lower()
    if seen[key.name] then
        refuse(path .. ".name", "a name of its own", fail.show(key.name) .. " again")
    elseif seen[hash] then
        refuse(path .. (key.key and ".key" or ".sha256"), "a key of its own", "that of " .. fail.show(seen[hash]))
    end
    seen[key.name], seen[hash] = key.name, key.name
end

-- Without keys everybody who can connect may spend the operator's money.
local function check_keys(keys, listen)
    local result, seen = {}, {}
    check_list(keys, "keys", "{ { name =, key = }, … }")
    for i, key in ipairs(keys) do
        local path = ("keys[%d]"):format(i)
        result[i] = check_key(key, path)
        check_own(result[i], path, seen)
    end
    for _, where in ipairs(listen) do
        if #result == 0 and not is_local(where) then
            refuse("keys", "at least one, because others than this machine can reach " .. where, "none", "listen")
        end
    end
    return result
end

-- { "a-", "b", ["c"] = "d" } -> { allow = { "a-", "b", "c" }, rename = { c = "d" } }
local function check_models(models, path)
    local result = { allow = {}, rename = {} }
    for key, value in pairs(models) do
        if type(value) ~= "string" or value == "" then
            refuse(path, "model ids as text", fail.show(value))
        end
        result.allow[#result.allow + 1] = type(key) == "string" and key or value
        if type(key) == "string" then
            result.rename[key] = value
        end
    end
    table.sort(result.allow)
    return result
end

local function with_common(own)
    local all = {}
    for _, known in ipairs { descriptions.provider, own } do
        for name, option in pairs(known) do
            all[name] = option
        end
    end
    return all
end

-- What only the provider's module can judge, such as a text that must be JSON.
local function check_by_module(module, result, path)
    if module.check then
        local option, expected, got = module.check(result)
        if option then
            refuse(("%s.%s"):format(path, option), expected, got)
        end
    end
end

local function check_provider(root, name, given)
    local path = ("providers.%s"):format(name)
    if type(name) ~= "string" or not name:match "^[%w_-]+$" then
        refuse("providers", "names of letters, digits, - and _", fail.show(name))
    elseif type(given) ~= "table" then
        refuse(path, "{ kind =, … }", fail.show(given))
    end
    local module, kinds = modules.provider(root, given.kind)
    if not module then
        refuse(path .. ".kind", "one of " .. table.concat(kinds, ", "), given.kind == nil and "nil" or fail.show(given.kind))
    end
    for _, task in ipairs(module.tasks or {}) do
        if not host.has_task(task) then
            refuse(path .. ".kind", "a build with the C module that has the task " .. task, "one without it")
        end
    end
    local result = checked(with_common(module.options), given, path .. ".")
    result.models = result.models and check_models(result.models, path .. ".models")
    check_by_module(module, result, path)
    return result
end

local function check_providers(root, providers)
    local result = {}
    for name, given in pairs(providers) do
        result[name] = check_provider(root, name, given)
    end
    if next(result) == nil then
        refuse("providers", "at least one", "none")
    end
    return result
end

local function folder_of(path)
    return path:match "^(.*)/[^/]*$" or "."
end

local function beside(path, file)
    return file:sub(1, 1) == "/" and file or folder_of(path) .. "/" .. file
end

local function ca_path(path, given)
    if not given then
        return nil
    end
    local file = beside(path, given)
    local text, reason = host.read(file)
    if not (text and text:match "BEGIN CERTIFICATE") then
        refuse("ca_file", "a PEM file with certificates", fail.show(file) .. (reason and ": " .. reason or ""))
    end
    return file
end

-- "pictures.internal", "cdn.lan:8443", "10.0.0.7", "[fd00::7]:8443"
local function is_host(name)
    if type(name) ~= "string" then
        return false
    end
    local where, port = name:gsub(":%d+$", ""), tonumber(name:match "[^:]:(%d+)$" or 443)
    local good = where:match "^%[[%x:.]+%]$" and where == where:lower() or where:match "^[%l%d_][%l%d._-]*$" and where:sub(-1) ~= "."
    return good and port > 0 and port <= 65535
end

local function check_egress(given)
    local result = checked(descriptions.egress, given, "egress.")
    check_list(result.allow, "egress.allow", '{ "pictures.internal", … }')
    for i, name in ipairs(result.allow) do
        if not is_host(name) then
            refuse(("egress.allow[%d]"):format(i), "a host in lower case, such as pictures.internal or cdn.lan:8443",
                fail.show(name))
        end
    end
    return result
end

local function check_privacy(given)
    local result, can = checked(descriptions.privacy, given, "privacy."), host.has_task "image.strip"
    if result.strip_metadata and not can then
        refuse("privacy.strip_metadata", "a build with the C module that strips pictures", "one without it")
    elseif result.strip_metadata == nil then
        result.strip_metadata = can
    end
    return result
end

-- What https:// needs, checked before a stranger's handshake finds out.
local function certificate_path(path, given, listen)
    local secure = table.concat(listen, " "):match "s%f[ \0]" ~= nil
    if not given then
        return secure and refuse("certificate", "a PEM file, because listen has an https:// address", "nil") or nil
    end
    local file = beside(path, given)
    local text, reason = host.read(file)
    if not (text and text:match "BEGIN CERTIFICATE" and text:match "PRIVATE KEY") then
        refuse("certificate", "a PEM file with certificates and key", fail.show(file) .. (reason and ": " .. reason or ""))
    end
    return file
end

local function policy_path(root, path, policy)
    if not policy then
        return root .. "/scripts/policy.lua"
    end
    local file = beside(path, policy)
    local text, reason = host.read(file)
    if not text then
        refuse("policy", "a script that can be read", ("%s: %s"):format(fail.show(file), reason))
    end
    return file
end

local function check(root, path, given)
    local result = checked(descriptions.top, given, "")
    result.limits = checked(descriptions.limits, result.limits, "limits.")
    result.limits.lua_states = result.limits.lua_states or math.min(host.cores(), 256)
    result.listen = addresses(given.listen)
    result.certificate = certificate_path(path, result.certificate, result.listen)
    result.ca_file = ca_path(path, result.ca_file)
    result.egress = check_egress(result.egress)
    result.privacy = check_privacy(result.privacy)
    result.masks = checked(descriptions.masks, result.masks, "masks.")
    result.keys = check_keys(result.keys, result.listen)
    result.providers = check_providers(root, result.providers)
    result.policy = policy_path(root, path, result.policy)
    if next(result.plugins) ~= nil then
        refuse("plugins", "an empty list: this version has no plugins", fail.show(result.plugins[1] or result.plugins))
    end
    return result
end

-- The line of the file that calls, as "pictor.lua:12: " would have it, or nil.
local function calling_line()
    local _, message = pcall(error, "", 5)
    return tonumber(message:match ":(%d+): $")
end

local function text_argument(value, caller, words)
    if type(value) ~= "string" then
        error(("%s: expected %s as text, got %s"):format(caller, words, value == nil and "nil" or fail.show(value)), 3)
    end
    return value
end

-- env and file give nil for what is not there, so that `env "X" or "…"` works; what they
-- missed is kept by line, because the refusal that follows should name it.
local function environment(folder, missed)
    local function miss(hint)
        local line = calling_line() or 0
        missed[line] = missed[line] and missed[line] .. " " .. hint or hint
    end
    local function env(name)
        local value = host.env(text_argument(name, "env", "a variable's name"))
        if value == nil or value == "" then
            miss(("is %s set?"):format(name))
            return nil
        end
        return value
    end
    local function file(name)
        local path = text_argument(name, "file", "a path")
        local text, reason = host.read(path:sub(1, 1) == "/" and path or folder .. "/" .. path)
        if not text then
            miss(("%s: %s"):format(path, reason))
            return nil
        end
        return (text:gsub("%s+$", ""))
    end
    return { env = env, file = file }
end

local function explain(name, text, missed, refusal)
    local line, last, exact = place.lines(text, refusal.at)
    local hint
    for missing = line or 1, refusal.got == "nil" and exact and last or 0 do
        hint = hint or missed[missing]
    end
    return ("%s%s: expected %s, got %s%s"):format(line and ("%s:%d: "):format(name, line) or name .. ": ",
        refusal.path, refusal.expected, refusal.got, hint and (" (%s)"):format(hint) or "")
end

-- Lua's own complaints about memory, and about bytecode, lack the file.
local function with_place(message, name)
    return message:match "^[^\n]-:%d+: " and message or ("%s: %s"):format(name, message)
end

-- What C needs of it, flat; json is the whole, for the states that serve.
local function for_core(result)
    local limits = result.limits
    local flat = { json = json.encode(result), listen = table.concat(result.listen, ","), keys = result.keys,
        log_level = result.log_level, certificate = result.certificate or "",
        ca_file = result.ca_file or "", admitted = table.concat(result.egress.allow, " ") }
    for name in pairs(descriptions.limits) do
        flat[name] = limits[name]
    end
    return flat
end

-- -> what core/config.c takes | nil, reason
function config.load(root, path)
    local name = path:match "[^/]+$"
    local text, reason = host.read(path)
    if not text then
        return nil, ("%s: expected a configuration file, got: %s"):format(path, reason)
    end
    local missed = {}
    local chunk, syntax = load(text, "@" .. name, "t", environment(folder_of(path), missed))
    if not chunk then
        return nil, with_place(syntax, name)
    end
    local good, given = pcall(chunk)
    if not good then
        return nil, with_place(tostring(given), name)
    elseif type(given) ~= "table" then
        return nil, ("%s: expected to return a table, got %s"):format(name, fail.show(given))
    end
    local checks, result = pcall(check, root, path, given)
    if checks then
        return for_core(result)
    elseif getmetatable(result) ~= Refusal then
        return nil, tostring(result)
    end
    return nil, explain(name, text, missed, result)
end

return config
