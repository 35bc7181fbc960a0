"""An S3 on loopback that checks signatures, with one bucket and one user who may use it."""

import json
import threading

import boto3
from moto.backends import get_backend
from moto.core import enable_iam_authentication
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from tests.publishing.gate import Gate

BUCKET = "store"
REGION = "eu-central-1"
PATIENCE = 30


class S3Server:
    """moto's S3, asked for permission as AWS would.

    Attributes
    ----------
    access_key_id, secret_access_key : of the user who is let in
    gate : through which uploads go, if any
    """

    def __init__(self):
        self.gate: Gate | None = None
        self._upload = threading.Lock()
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._http = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self._thread = threading.Thread(target=self._http.serve_forever, args=[0.01], daemon=True)
        self._thread.start()
        self._let_one_user_in()
        self._signatures = enable_iam_authentication()
        self._signatures.__enter__()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def objects(self) -> dict[str, bytes]:
        """The bytes of every object, by its key."""
        s3 = self._client("s3", self.access_key_id, self.secret_access_key)
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}

    def close(self) -> None:
        self._signatures.__exit__(None, None, None)
        # What moto holds is shared by all of its servers in a process.
        for backend in ("s3", "iam"):
            get_backend(backend).reset()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(PATIENCE)

    def _answer(self, environ, start_response):
        if not self.gate or environ["REQUEST_METHOD"] != "PUT":
            return self._moto(environ, start_response)
        # One after the other, so that those let through are whole before the gate shuts.
        with self._upload:
            if self.gate.pass_one():
                return self._moto(environ, start_response)
        start_response("403 Forbidden", [("Content-Length", "0")])
        return [b""]

    def _let_one_user_in(self) -> None:
        everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [everything]}
        iam = self._client("iam", "nobody", "nobody")
        iam.create_user(UserName="ann")
        iam.put_user_policy(UserName="ann", PolicyName="s3", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName="ann")["AccessKey"]
        self.access_key_id, self.secret_access_key = key["AccessKeyId"], key["SecretAccessKey"]
        self._client("s3", "nobody", "nobody").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )

    def _client(self, service: str, key: str, secret: str):
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
        )
