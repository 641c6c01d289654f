#!/bin/sh
# One customer's way through KYC in a sandbox: created, started, asked for a document, passed, locked.
#
#   npm start                       # in another terminal; the first start prints the two values
#   IDENTITY=... AUTHORIZATION=... sh examples/kyc-walk.sh
#
# CLIENTELE_URL names another server than http://127.0.0.1:8080.
set -eu

api="${CLIENTELE_URL:-http://127.0.0.1:8080}/api/v0.1"
: "${IDENTITY:?Set IDENTITY and AUTHORIZATION to a key of the sandbox}"
: "${AUTHORIZATION:?Set IDENTITY and AUTHORIZATION to a key of the sandbox}"

# call METHOD PATH [BODY]: prints the answer's body on one line, and its status on the next.
call() {
  if [ $# -gt 2 ]; then
    printf '%s' "$3" | curl --silent --show-error --request "$1" --url "$api$2" --write-out '\n%{http_code}\n' \
      --header "Identity: $IDENTITY" --header "Authorization: $AUTHORIZATION" \
      --header 'Content-Type: application/json' --data-binary @-
  else
    curl --silent --show-error --request "$1" --url "$api$2" --write-out '\n%{http_code}\n' \
      --header "Identity: $IDENTITY" --header "Authorization: $AUTHORIZATION"
  fi
}

# expect STATUS: passes the answer on, or stops the walk.
expect() {
  answer=$(cat)
  status=$(printf '%s\n' "$answer" | tail -n 1)
  body=$(printf '%s\n' "$answer" | sed '$d')
  if [ "$status" != "$1" ]; then
    echo "Expected $1, got $status: $body" >&2
    exit 1
  fi
  printf '%s\n' "$body"
}

# member NAME: the first text under this name in the JSON on standard input.
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1; }

# wait_for STATUS: asks until the verification stands so; the sandbox takes about a second.
wait_for() {
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    seen=$(call GET "$verification?program_id=$program" | expect 200 | member kyc_status)
    if [ "$seen" = "$1" ]; then
      echo "   $seen"
      return
    fi
    sleep 1
  done
  echo "Waited 30 seconds for $1, and it is $seen." >&2
  exit 1
}

echo '1. A customer whose number makes the sandbox ask for a government id'
customer=$(call POST /customers '{
  "dob": "1994-03-20", "first_name": "Vesper", "last_name": "Lynd", "ssn": "333-33-3333",
  "phone": "650-123-4567", "email": "vesper.lynd@example.com",
  "addresses": [{
    "address_type": "PHYSICAL", "street": "345 California St.", "street2": "Suite 600",
    "city": "San Francisco", "state": "CA", "zip_code": "94104-2657", "country": "US", "is_primary": true
  }]
}' | expect 201 | member customer_id)
verification="/customers/$customer/verification-kyc"
echo "   $customer"

echo '2. The program to verify for'
program=$(call GET /programs | expect 200 | member program_id)
echo "   $program"

echo '3. Start'
call POST "$verification" "{\"program_id\": \"$program\", \"ip\": \"203.0.113.7\"}" | expect 201 | sed 's/^/   /'

echo '4. A second start has to wait'
call POST "$verification" "{\"program_id\": \"$program\"}" | expect 409 | sed 's/^/   /'

echo '5. The provider wants a document'
wait_for document_required

echo '6. Upload it'
image='iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
call POST "$verification/documents" "{\"government_id\": {
  \"type\": \"drivers_license\", \"country\": \"US\",
  \"front_image\": {\"file_name\": \"front.png\", \"image\": \"$image\"}
}}" | expect 200 | sed 's/^/   /'

echo '7. And decides'
wait_for passed

echo '8. The name is locked now'
call PATCH "/customers/$customer" '{"last_name": "Bond"}' | expect 403 | sed 's/^/   /'

echo '9. The phone is not'
call PATCH "/customers/$customer" '{"phone": "650-765-4321"}' | expect 200 | member phone | sed 's/^/   /'

echo '10. The way through the lock: propose the change'
call POST "/customers/$customer/change-requests" \
  '{"changes": {"last_name": "Bond"}, "reason": "Married; the certificate was seen."}' | expect 201 | sed 's/^/   /'

echo "Done. Two attempts are left: $(call GET "/customers/$customer" | expect 200 |
  sed -n 's/.*\("kyc_requests_available":[0-9]*\).*/\1/p')"
