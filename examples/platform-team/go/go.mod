module example.com/acme/shop-images

go 1.25

require (
	github.com/aws/aws-cdk-go/awscdk/v2 v2.260.0
	github.com/aws/constructs-go/constructs/v10 v10.6.0
	github.com/aws/jsii-runtime-go v1.140.0
	github.com/cdk-secure-ecr/cdk-secure-ecr-go/cdksecureecr v0.1.0
	github.com/cdklabs/cdk-nag-go/cdknag/v3 v3.0.2
)
