# A peer of `postback send`: the script that an operator writes with asyncio. It reads, matches, checks, hashes, posts 500
# events a request and judges the answer's status. It has no log: what was sent is forgotten when it ends.
# Usage: python aiohttp-script.py EVENTS GATEWAY
import asyncio
import hashlib
import json
import resource
import sys
from datetime import datetime, timedelta, timezone

import aiohttp

EVENTS, GATEWAY = sys.argv[1:]
URL = f"{GATEWAY}/advertising-api.amazon.com/adsApi/v1/create/events"
BATCH = 500
IN_FLIGHT = 8
WINDOW = timedelta(days=7)
GOALS = {"purchase", "wishlist_add", "email_acquired", "achievement_unlocked"}
HEADERS = {"content-type": "application/json", "authorization": "Bearer Atza|bench"}


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def convert(line, now):
    """The event as Amazon takes it, or None for what is not reported."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    name, properties = event["eventName"], event["properties"]
    if event["type"] != "track" or name not in GOALS or event["consentLevel"] == "none":
        return None
    if properties.get("utm_source") != "amazon_ads":
        return None
    if name == "purchase" and not float(properties["value"]) > 0:
        return None
    time = datetime.fromisoformat(event["eventTimestamp"].replace("Z", "+00:00"))
    if not timedelta(0) <= now - time < WINDOW:
        return None
    email = properties.get("email")
    hashed = sha256(email.strip().lower()) if email else properties["email_hash"][7:]
    keys = [{"type": "EMAIL", "values": [hashed]}]
    if "phone" in properties:
        digits = "".join(filter(str.isdigit, properties["phone"]))
        keys.append({"type": "PHONE", "values": [sha256(digits)]})
    result = {
        "eventDescription": {
            "name": name,
            "conversionType": "OFF_AMAZON_PURCHASES",
            "eventSource": "WEBSITE",
            "eventIngestionMethod": "SERVER_TO_SERVER",
        },
        "eventTime": event["eventTimestamp"],
        "countryCode": properties["country"],
        "matchKeys": keys,
        "eventId": sha256(f"default/amazon/{name}/{event['messageId']}")[:32],
    }
    if name == "purchase":
        result["value"] = float(properties["value"])
        result["currencyCode"] = properties["currency"]
    return result


async def main():
    now = datetime.now(timezone.utc)
    free = asyncio.Semaphore(IN_FLIGHT)
    running = set()
    delivered = 0
    connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as session:

        async def post(batch):
            nonlocal delivered
            try:
                async with session.post(URL, data=json.dumps({"events": batch})) as answer:
                    if answer.status == 207:
                        delivered += len((await answer.json())["success"])
            finally:
                free.release()

        async def dispatch(batch):
            await free.acquire()
            task = asyncio.create_task(post(batch))
            running.add(task)
            task.add_done_callback(running.discard)

        batch = []
        with open(EVENTS, "rb") as lines:
            for line in lines:
                converted = convert(line, now)
                if converted:
                    batch.append(converted)
                if len(batch) == BATCH:
                    await dispatch(batch)
                    batch = []
                    await asyncio.sleep(0)
        if batch:
            await dispatch(batch)
        await asyncio.gather(*running)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime
    print(json.dumps({"delivered": delivered, "cpuSeconds": cpu, "peakMb": usage.ru_maxrss / 1024}))


asyncio.run(main())
